'use client'

import { useState } from 'react'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { useSend } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { hopRows, JumpFields, jumpOf, useJumpProblem } from '@/components/plan/jump-fields'
import { connectRange, isSeconds, widthRange } from '@/components/plan/reach-fields'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field, SelectField } from '@/components/ui/field'
import type { ClusterDetail } from '@/server/domain/api'
import { sshClients } from '@/server/domain/ssh-client'

const waitRange = { min: 1, max: 3600 }
const typed = (seconds: number | null): string => (seconds === null ? '' : String(seconds))
const meant = (text: string): number | null => (text.trim() === '' ? null : Number(text))

/** The cluster's settings by their TiUP names. */
export function SettingsDialog({ cluster, onClose }: { cluster: ClusterDetail; onClose: () => void }) {
  const { say } = useWords()
  const { settings, name } = cluster
  const [client, setClient] = useState<string>(settings.sshClient ?? '')
  const [connect, setConnect] = useState(typed(settings.connectTimeoutS))
  const [wait, setWait] = useState(typed(settings.waitTimeoutS))
  const [width, setWidth] = useState(typed(settings.concurrency))
  const [hops, setHops] = useState(hopRows(settings.jump))
  const body = {
    jump: hops.length === 0 ? null : jumpOf(hops),
    sshClient: sshClients.find((one) => one === client) ?? null,
    connectTimeoutS: meant(connect),
    waitTimeoutS: meant(wait),
    concurrency: meant(width),
  }
  const send = useSend(() => api(`/api/clusters/${encodeURIComponent(name)}`, { method: 'PATCH', body }), [keys.cluster(name)])
  const bad = (text: string, range: typeof waitRange, field: string): string | undefined =>
    isSeconds(text, range) ? undefined : say('reach.bad', { field, ...range })
  const astray = useJumpProblem(hops)
  const problems = [
    bad(connect, connectRange, say('reach.timeout')),
    bad(wait, waitRange, say('settings.cluster.wait')),
    bad(width, widthRange, say('reach.width')),
    astray,
  ]
  return (
    <Dialog
      open
      width={560}
      onClose={onClose}
      title={say('settings.cluster.title', { cluster: name })}
      footer={
        <>
          <Button onClick={onClose}>{say('act.close')}</Button>
          <Button
            look="primary"
            busy={send.isPending}
            reason={problems.find((one) => one !== undefined)}
            onClick={() => send.mutate(undefined, { onSuccess: onClose })}
          >
            {say('settings.cluster.save')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="t2">{say('settings.cluster.note')}</p>
        <ErrorNote error={send.error} />
        <SelectField
          label={say('reach.client')}
          hint={say('reach.client-help')}
          value={client}
          onChange={(event) => setClient(event.target.value)}
          options={[
            { value: '', label: say('settings.cluster.client.', { type: cluster.sshType }) },
            ...sshClients.map((value) => ({ value, label: say(`reach.client.${value}`) })),
          ]}
        />
        <Field
          label={say('reach.timeout')}
          hint={say('settings.cluster.timeout-help')}
          error={problems[0]}
          inputMode="numeric"
          value={connect}
          onChange={(event) => setConnect(event.target.value)}
        />
        <Field
          label={say('settings.cluster.wait')}
          hint={say('settings.cluster.wait-help')}
          error={problems[1]}
          inputMode="numeric"
          value={wait}
          onChange={(event) => setWait(event.target.value)}
        />
        <Field
          label={say('reach.width')}
          hint={say('settings.cluster.width-help')}
          error={problems[2]}
          inputMode="numeric"
          value={width}
          onChange={(event) => setWidth(event.target.value)}
        />
        <JumpFields rows={hops} onChange={setHops} />
      </div>
    </Dialog>
  )
}
