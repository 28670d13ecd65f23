'use client'

import { useState } from 'react'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { useSend } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import { StatusShape } from '@/components/ui/status-shape'
import type { ScannedKey } from '@/server/domain/api'

const hidden = 8
/** The end must come from the host's own console. */
export const withoutEnd = (fingerprint: string): string => `${fingerprint.slice(0, -hidden)}${'·'.repeat(hidden)}`

const readKey = 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub'

/** A changed key is a hard stop. The end of the new fingerprint is hidden, so that it must come from the host's own console. */
export function ChangedKeyDialog({ host, onClose }: { host: ScannedKey; onClose: (pinned: boolean) => void }) {
  const { say } = useWords()
  const [typed, setTyped] = useState('')
  const right = typed.trim() === host.fingerprint.slice(-hidden)
  const { address, port, keyType, key } = host
  const send = useSend(
    () => api('/api/host-keys', { method: 'POST', body: { keys: [{ address, port, keyType, key }], replace: true } }),
    [keys.hosts],
  )
  return (
    <Dialog
      open
      width={560}
      onClose={() => onClose(false)}
      title={
        <span className="row">
          <StatusShape shape="bad" />
          {say('hosts.changed-title', { host: `${address}:${port}` })}
        </span>
      }
      footer={
        <>
          <Button onClick={() => onClose(false)}>{say('hosts.changed-keep')}</Button>
          <Button
            look="danger-solid"
            reason={right ? undefined : say('hosts.changed-wrong')}
            busy={send.isPending}
            onClick={() => send.mutate(undefined, { onSuccess: () => onClose(true) })}
          >
            {say('hosts.changed-pin')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="t2">{say('hosts.changed-note')}</p>
        <dl className="grid grid-cols-[96px_minmax(0,1fr)] overflow-hidden rounded-[5px] border border-(--line)">
          <dt className="t2 p-2">{say('hosts.changed-pinned')}</dt>
          <dd className="mono break-all p-2">{host.pinnedFingerprint}</dd>
          <dt className="t2 bg-(--bad-bg) p-2">{say('hosts.changed-now')}</dt>
          <dd className="mono break-all bg-(--bad-bg) p-2">
            <b>{host.fingerprint.slice(0, -hidden)}</b>
            {'·'.repeat(hidden)}
          </dd>
        </dl>
        <p className="t2">{say('hosts.changed-how')}</p>
        <div className="cmd">
          <span className="p">$</span>
          <span className="grow">{readKey}</span>
          <CopyButton text={readKey} label={say('act.copy')} />
        </div>
        <ErrorNote error={send.error} />
        <Field
          mono
          autoFocus
          autoComplete="off"
          label={say('hosts.changed-type')}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
    </Dialog>
  )
}
