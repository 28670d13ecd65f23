'use client'

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { runErrand, useSend } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Note } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Status } from '@/components/ui/status-shape'
import type { ErrandView, ProbedHost } from '@/server/domain/api'
import type { JumpInput } from '@/server/domain/ssh-client'
import { ChangedKeyDialog } from './changed-key-dialog'

/** Stands where work on a host was refused for its key: a new one is compared and confirmed here, a changed one is a hard stop. */
export function KeyGate({
  address,
  port,
  jump,
  onPinned,
}: {
  address: string
  port: number
  jump?: JumpInput | undefined
  onPinned: () => void
}) {
  const { say } = useWords()
  const host = `${address}:${port}`
  const probe = useQuery({
    queryKey: ['probe', address, port],
    queryFn: () =>
      runErrand<ProbedHost[]>(() =>
        api<ErrandView>('/api/hosts/probe', { method: 'POST', body: { hosts: [{ address, port }], ...(jump && { jump }) } }),
      ),
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  })
  const seen = probe.data?.[0]
  if (probe.isPending) return <Status shape="busy">{say('key.reading', { host })}</Status>
  if (!seen || probe.error) return <ErrorNote error={probe.error} />
  if (seen.state === 'changed') return <Changed host={seen} onPinned={onPinned} />
  if (seen.state === 'unreachable') return <Note tone="bad" title={`${host}: ${seen.error}`} />
  return <Unknown host={seen} onPinned={onPinned} />
}

function Unknown({ host, onPinned }: { host: ProbedHost; onPinned: () => void }) {
  const { say } = useWords()
  const { address, port, keyType, key, fingerprint } = host
  const confirm = useSend(() => api('/api/host-keys', { method: 'POST', body: { keys: [{ address, port, keyType, key }] } }), [keys.hosts])
  return (
    <Note tone="warn" title={say('key.unknown', { host: `${address}:${port}` })}>
      <p>{say('key.unknown-note')}</p>
      <p className="row g1 my-2">
        <span className="mono break-all">
          {keyType} {fingerprint}
        </span>
        <CopyButton text={fingerprint} label={say('act.copy')} />
      </p>
      <ErrorNote error={confirm.error} />
      <Button busy={confirm.isPending} onClick={() => confirm.mutate(undefined, { onSuccess: onPinned })}>
        {say('key.confirm')}
      </Button>
    </Note>
  )
}

function Changed({ host, onPinned }: { host: ProbedHost; onPinned: () => void }) {
  const { say } = useWords()
  const [open, setOpen] = useState(false)
  const name = `${host.address}:${host.port}`
  return (
    <>
      <Note tone="bad" title={say('hosts.changed-title', { host: name })}>
        <p className="mb-2">{say('hosts.changed-note')}</p>
        <Button look="danger" onClick={() => setOpen(true)}>
          {say('hosts.open-changed')}
        </Button>
      </Note>
      {open ? (
        <ChangedKeyDialog
          host={host}
          onClose={(pinned) => {
            setOpen(false)
            if (pinned) onPinned()
          }}
        />
      ) : null}
    </>
  )
}
