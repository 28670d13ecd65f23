'use client'

import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { type HostKeyRow, useSend } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'

/** Unpins one key. The host is a stranger again until its key is confirmed. */
export function ForgetKeyDialog({ row, onClose }: { row: HostKeyRow; onClose: () => void }) {
  const { say } = useWords()
  const { address, port, keyType, fingerprint } = row
  const host = `${address}:${port}`
  const query = new URLSearchParams({ address, port: String(port), keyType })
  const send = useSend(() => api(`/api/host-keys?${query}`, { method: 'DELETE' }), [keys.hosts])
  return (
    <Dialog
      open
      onClose={onClose}
      title={say('key.forget', { host })}
      footer={
        <>
          <Button onClick={onClose}>{say('key.forget-keep')}</Button>
          <Button look="danger-solid" busy={send.isPending} onClick={() => send.mutate(undefined, { onSuccess: onClose })}>
            {say('key.forget-do')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="t2">{say('key.forget-note', { host })}</p>
        <p className="mono sm break-all">
          {keyType} {fingerprint}
        </p>
        <ErrorNote error={send.error} />
      </div>
    </Dialog>
  )
}
