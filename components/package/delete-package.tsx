'use client'

import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { useSend } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Note } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import type { PackageRow } from '@/server/domain/api'

type Props = { row: PackageRow; onClose: () => void; onDeleted?: () => void }

/** Says what leaves the store and who uses it, before it does. */
export function DeletePackage({ row, onClose, onDeleted = onClose }: Props) {
  const { say } = useWords()
  const send = useSend(() => api(`/api/packages/${row.sha256}`, { method: 'DELETE' }), [keys.packages])
  return (
    <Dialog
      open
      onClose={onClose}
      title={say('packages.delete', { name: `${row.component} ${row.version}` })}
      footer={
        <>
          <Button onClick={onClose}>{say('credentials.keep')}</Button>
          <Button look="danger-solid" busy={send.isPending} onClick={() => send.mutate(undefined, { onSuccess: onDeleted })}>
            {say('act.delete')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="t2">{say('packages.delete-note')}</p>
        <p className="mono sm break-all">{row.sha256}</p>
        {row.usedBy.length > 0 ? <Note tone="warn" title={say('packages.in-use', { clusters: row.usedBy.join(', ') })} /> : null}
        <ErrorNote error={send.error} />
      </div>
    </Dialog>
  )
}
