'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { SilentHosts } from '@/components/cluster/silent-hosts'
import { api, apiDownload } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { useAskPlan, useSend, useSession } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { Note } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import type { ClusterDetail } from '@/server/domain/api'
import { Part } from './part'

type Props = { cluster: ClusterDetail }
const dialogs = ['hand-back', 'forget'] as const

/** Whether the panel manages the cluster, and the way to the other state. */
export function Who({ cluster }: Props) {
  const { say } = useWords()
  const router = useRouter()
  const url = useUrlState()
  const role = useSession().data?.user?.role
  const ask = useAskPlan()
  const open = dialogs.find((one) => one === url.get('do'))
  const admin = role === 'admin' ? undefined : say('role.needs-admin')
  const held = cluster.runningJob ? say('cluster.held', { job: cluster.runningJob.number }) : undefined
  const manage = (): void =>
    ask.mutate({ cluster: cluster.name, operation: 'manage', input: {} }, { onSuccess: (made) => router.push(`/plans/${made.id}`) })
  const close = (): void => url.set({ do: '' })
  return (
    <Part title={say('tiup.who')}>
      <p className="t2">{say(cluster.adopted ? 'tiup.adopted' : 'tiup.managed')}</p>
      {cluster.adopted ? <SilentHosts cluster={cluster} /> : null}
      <ErrorNote error={ask.error} />
      <div className="row flex-wrap">
        {cluster.adopted ? (
          <>
            <Button look="primary" busy={ask.isPending} reason={role === 'viewer' ? say('role.needs-operator') : held} onClick={manage}>
              {say('tiup.manage')}
            </Button>
            <Button reason={admin} onClick={() => url.set({ do: 'forget' })}>
              {say('tiup.forget')}
            </Button>
          </>
        ) : (
          <Button reason={admin ?? held} onClick={() => url.set({ do: 'hand-back' })}>
            {say('tiup.hand-back')}
          </Button>
        )}
      </div>
      {open === 'hand-back' && !admin ? <HandBackDialog cluster={cluster} onClose={close} /> : null}
      {open === 'forget' && !admin && cluster.adopted ? <ForgetDialog cluster={cluster} onClose={close} /> : null}
    </Part>
  )
}

function HandBackDialog({ cluster: { name, user, adopted }, onClose }: Props & { onClose: () => void }) {
  const { say } = useWords()
  const file = `${name}-tiup.tar.gz`
  const unpack = `tar -xzf ${file} -C ~/.tiup/storage/dm/clusters`
  const [given, setGiven] = useState(false)
  const at = `/api/clusters/${encodeURIComponent(name)}`
  const send = useSend(async () => {
    // A download that failed is tried again by itself.
    if (!adopted && !given) await api(`${at}/hand-back`, { method: 'POST' })
    setGiven(true)
    await apiDownload(`${at}/export`, file)
  }, [keys.clusters, keys.cluster(name), keys.audit])
  return (
    <Dialog
      open
      width={600}
      onClose={onClose}
      title={say('handback.title', { cluster: name })}
      footer={
        <>
          <Button onClick={onClose}>{say(send.isSuccess ? 'act.close' : 'act.cancel')}</Button>
          <Button look="primary" busy={send.isPending} onClick={() => send.mutate(undefined)}>
            {say(adopted ? 'tiup.download' : 'handback.go')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="t2">{say('handback.note')}</p>
        <Note tone="warn" title={say('export.holds', { user })}>
          {say('export.note')}
        </Note>
        <p className="t2">{say('export.use')}</p>
        <div className="cmd">
          <span className="p">$</span>
          <span className="grow">{unpack}</span>
          <CopyButton text={unpack} label={say('act.copy')} />
        </div>
        <ErrorNote error={send.error} />
        {send.isSuccess ? <Note tone="ok" title={say('handback.done')} /> : null}
      </div>
    </Dialog>
  )
}

function ForgetDialog({ cluster: { name }, onClose }: Props & { onClose: () => void }) {
  const { say } = useWords()
  const router = useRouter()
  const [typed, setTyped] = useState('')
  const send = useSend(
    () => api(`/api/clusters/${encodeURIComponent(name)}/forget`, { method: 'POST', body: { confirm: typed } }),
    [keys.clusters],
  )
  const type = say('forget.type', { cluster: name })
  return (
    <Dialog
      open
      onClose={onClose}
      title={say('forget.title', { cluster: name })}
      footer={
        <>
          <Button onClick={onClose}>{say('act.cancel')}</Button>
          <Button
            look="danger"
            busy={send.isPending}
            reason={typed === name ? undefined : type}
            onClick={() => send.mutate(undefined, { onSuccess: () => router.push('/clusters') })}
          >
            {say('forget.go')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="t2">{say('forget.note')}</p>
        <Field mono label={type} value={typed} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
        <ErrorNote error={send.error} />
      </div>
    </Dialog>
  )
}
