'use client'

import { apiDownload } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { useSend } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Note } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Dialog } from '@/components/ui/dialog'
import type { ClusterDetail } from '@/server/domain/api'

/** meta.yaml and the SSH key, as TiUP keeps them; says first what leaves the panel with them. */
export function ExportDialog({ cluster, onClose }: { cluster: ClusterDetail; onClose: () => void }) {
  const { say } = useWords()
  const { name, user } = cluster
  const file = `${name}-tiup.tar.gz`
  const unpack = `tar -xzf ${file} -C ~/.tiup/storage/dm/clusters`
  const send = useSend(() => apiDownload(`/api/clusters/${encodeURIComponent(name)}/export`, file), [keys.audit])
  return (
    <Dialog
      open
      width={560}
      onClose={onClose}
      title={say('export.title', { cluster: name })}
      footer={
        <>
          <Button autoFocus onClick={onClose}>
            {say('act.close')}
          </Button>
          <Button look="primary" busy={send.isPending} onClick={() => send.mutate(undefined)}>
            {say('export.go')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Note tone="warn" title={say('export.holds', { user })}>
          {say('export.note')}
        </Note>
        <p className="t2">{say('export.audited')}</p>
        <p className="t2">{say('export.use')}</p>
        <div className="cmd">
          <span className="p">$</span>
          <span className="grow">{unpack}</span>
          <CopyButton text={unpack} label={say('act.copy')} />
        </div>
        <ErrorNote error={send.error} />
        {send.isSuccess ? <Note tone="ok" title={say('export.done')} /> : null}
      </div>
    </Dialog>
  )
}
