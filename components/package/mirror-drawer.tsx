'use client'

import { useState } from 'react'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { useMirrors, useSend } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Note } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Drawer, DrawerSection, KeyValues } from '@/components/ui/drawer'
import { Status } from '@/components/ui/status-shape'
import type { MirrorView } from '@/server/domain/api'
import { FetchPackages } from './fetch-packages'
import { MirrorSource } from './mirror-source'

const usual = 'https://tiup-mirrors.pingcap.com'

/** A TiUP mirror: its root of trust is confirmed by a person, then packages are taken from it, verified. */
export function MirrorDrawer({ onClose }: { onClose: () => void }) {
  const { say } = useWords()
  const mirrors = useMirrors()
  const [typed, setTyped] = useState<string>()
  const location = typed ?? mirrors.data?.[0]?.location ?? usual
  const mirror = mirrors.data?.find((one) => one.location === location.trim())
  return (
    <Drawer label={say('mirror.title')} closeLabel={say('act.close')} onClose={onClose} head={<h2 className="b">{say('mirror.title')}</h2>}>
      <div className="ds">
        <MirrorSource location={location} mirrors={mirrors.data ?? []} onLocation={setTyped} />
        <ErrorNote error={mirrors.error} />
        {mirror || mirrors.isPending ? null : <p className="t3 sm mt-3">{say('mirror.none')}</p>}
      </div>
      {mirror ? (
        <>
          <Trust mirror={mirror} />
          <FetchPackages key={mirror.location} mirror={mirror} />
        </>
      ) : null}
    </Drawer>
  )
}

function Trust({ mirror }: { mirror: MirrorView }) {
  const { say } = useWords()
  const confirm = useSend(
    () => api('/api/mirror/confirm', { method: 'POST', body: { location: mirror.location, fingerprint: mirror.fingerprint } }),
    [keys.mirror],
  )
  return (
    <>
      <DrawerSection title={say('mirror.root')}>
        <KeyValues
          rows={[
            [
              say('users.state'),
              <Status key="s" shape={mirror.confirmed ? 'ok' : 'wait'}>
                {say(mirror.confirmed ? 'mirror.pinned' : 'mirror.not-pinned')}
              </Status>,
            ],
            [say('mirror.root-version'), String(mirror.rootVersion)],
          ]}
        />
        <Note
          title={
            <span className="row g1">
              {say('mirror.fingerprint')} <CopyButton text={mirror.fingerprint} label={say('act.copy')} />
            </span>
          }
        >
          <span className="mono break-all">{mirror.fingerprint.replace(/(.{4})(?=.)/g, '$1 ')}</span>
        </Note>
        {mirror.confirmed ? null : (
          <div className="mt-2 flex flex-col gap-2">
            <p className="t2 sm">{say('mirror.compare')}</p>
            <ErrorNote error={confirm.error} />
            <div>
              <Button look="primary" busy={confirm.isPending} onClick={() => confirm.mutate()}>
                {say('mirror.confirm')}
              </Button>
            </div>
          </div>
        )}
      </DrawerSection>
      <DrawerSection title={say('mirror.expiry')}>
        <KeyValues wide rows={Object.entries(mirror.expires).map(([name, at]) => [name, <Expiry key={name} at={at} />])} />
      </DrawerSection>
    </>
  )
}

/** Warns from 14 days before the day on which fetching stops. */
function Expiry({ at }: { at: string }) {
  const days = Math.floor((Date.parse(at) - Date.now()) / 86_400_000)
  const shape = days < 0 ? 'bad' : days < 14 ? 'warn' : 'ok'
  return (
    <Status shape={shape} detail={`${days} d`}>
      <span className="n">{at.slice(0, 10)}</span>
    </Status>
  )
}
