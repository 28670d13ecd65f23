'use client'

import { useMutation } from '@tanstack/react-query'
import { Download, Upload } from 'lucide-react'
import { useState } from 'react'
import { useArchive } from '@/components/adopt/use-archive'
import { api, apiDownload } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { runErrand, useSend, useSession } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Note } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { FilePick } from '@/components/ui/file-pick'
import type { ClusterDetail, ErrandView } from '@/server/domain/api'
import type { TiupComparisonView } from '@/server/domain/api-tiup'
import { Changes } from './changes'
import { Part } from './part'
import { compareWith } from './queries'

type Props = { cluster: ClusterDetail }

/** meta backup and restore. A restore shows what would change before it asks for the cluster's name. */
export function MetaArchive({ cluster }: Props) {
  const { say } = useWords()
  const { name } = cluster
  const admin = useSession().data?.user?.role === 'admin'
  const compare = useMutation({ mutationFn: (archive: string) => compareWith(name, archive) })
  const { sending, error, send } = useArchive(({ id }) => compare.mutate(id))
  const at = `/api/clusters/${encodeURIComponent(name)}/export?form=backup`
  const backup = useSend(() => apiDownload(at, `tiup-cluster_${name}_metabackup.tar.gz`), [keys.audit])
  return (
    <Part title={say('meta.title')}>
      <p className="t2">{say('meta.note')}</p>
      <div className="row flex-wrap">
        <Button busy={backup.isPending} reason={admin ? undefined : say('role.needs-admin')} onClick={() => backup.mutate(undefined)}>
          <Download className="i" aria-hidden="true" />
          {say('meta.backup')}
        </Button>
        {admin ? (
          <FilePick
            label={say('meta.archive')}
            accept=".gz,.tgz"
            busy={sending !== undefined || compare.isPending}
            onPick={(file) => {
              compare.reset()
              void send(file)
            }}
          >
            <Upload className="i" aria-hidden="true" />
            {say('meta.choose')}
          </FilePick>
        ) : null}
      </div>
      <ErrorNote error={backup.error ?? error ?? compare.error} />
      {compare.data && compare.variables ? (
        <Restore key={compare.variables} {...{ cluster, archive: compare.variables, seen: compare.data }} />
      ) : null}
    </Part>
  )
}

function Restore({ cluster, archive, seen }: Props & { archive: string; seen: TiupComparisonView }) {
  const { say } = useWords()
  const { name } = cluster
  const [typed, setTyped] = useState('')
  const body = { archive, metaSha256: seen.metaSha256, confirm: typed }
  const at = `/api/clusters/${encodeURIComponent(name)}/meta-restore`
  const restore = useSend(
    () => runErrand<{ revision: number }>(() => api<ErrandView>(at, { method: 'POST', body })),
    [keys.cluster(name), keys.clusters],
  )
  if (restore.data) return <Note tone="ok" title={say('tiup.taken', { revision: restore.data.revision })} />
  if (!seen.changes.any) return <p className="t2">{say('meta.same')}</p>
  const type = say('forget.type', { cluster: name })
  return (
    <div className="flex flex-col gap-3" aria-live="polite">
      <Changes changes={seen.changes} />
      <p className="t2">{say('meta.restore-note')}</p>
      <div className="grid max-w-[520px] grid-cols-[minmax(0,1fr)_auto] items-end gap-3">
        <Field mono label={type} value={typed} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
        <Button
          look="danger"
          size="large"
          busy={restore.isPending}
          reason={typed === name ? undefined : type}
          onClick={() => restore.mutate(undefined)}
        >
          {say('meta.restore')}
        </Button>
      </div>
      <ErrorNote error={restore.error} />
    </div>
  )
}
