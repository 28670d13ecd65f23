'use client'

import { useMutation, useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { api } from '@/components/data/api'
import { useSession } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { fileSizeText, Time } from '@/components/ui/time'
import type { PulledFileView } from '@/server/domain/files'

/** What a job of pull has fetched: each file, all of them, and when they go. */
export function PulledPanel({ jobId, ended }: { jobId: string; ended: boolean }) {
  const { say } = useWords()
  const viewer = useSession().data?.user?.role === 'viewer'
  const files = useQuery({
    queryKey: ['job-files', jobId, ended],
    queryFn: () => api<PulledFileView[]>(`/api/jobs/${jobId}/files`),
    enabled: !viewer,
    refetchInterval: ended ? false : 3000,
  })
  const drop = useMutation({
    mutationFn: () => api(`/api/jobs/${jobId}/files`, { method: 'DELETE' }),
    onSuccess: () => files.refetch(),
  })
  const all = files.data ?? []
  const bytes = all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const until = all[0]?.deleteAt
  return (
    <section aria-label={say('pulled.title')} className="border-(--line) border-b">
      <div className="flex flex-wrap items-center gap-3 px-5 py-2 text-[12px]">
        <strong>{say('pulled.title')}</strong>
        <span role="status" className="text-(--text-2) tabular-nums">
          {viewer
            ? say('pulled.viewer')
            : all.length > 0
              ? say('pulled.count', { count: all.length, size: fileSizeText(bytes) })
              : say(ended ? 'pulled.none' : 'pulled.none-yet')}
          {until ? (
            <>
              {' · '}
              {say('pulled.until')} <Time at={until} look="full" />
            </>
          ) : null}
        </span>
        {all.length > 0 ? (
          <span className="ml-auto flex gap-2">
            <a className="btn sm" href={`/api/jobs/${jobId}/files-archive`} download>
              <Download className="i" aria-hidden="true" /> {say('pulled.all')}
            </a>
            {ended ? (
              <Button size="small" busy={drop.isPending} onClick={() => drop.mutate()}>
                {say('pulled.drop')}
              </Button>
            ) : null}
          </span>
        ) : null}
      </div>
      <ErrorNote error={files.error ?? drop.error} />
      {all.length > 0 ? <Files files={all} jobId={jobId} /> : null}
    </section>
  )
}

function Files({ files, jobId }: { files: readonly PulledFileView[]; jobId: string }) {
  const { say } = useWords()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="max-h-72 overflow-auto px-5" tabIndex={0} aria-label={say('pulled.list')}>
      <table className="tb flush" aria-label={say('pulled.list')}>
        <thead>
          <tr>
            <th scope="col" className="w-36 max-md:w-28">
              {say('pulled.host')}
            </th>
            <th scope="col">{say('pulled.path')}</th>
            <th scope="col" className="r w-20">
              {say('pulled.size')}
            </th>
            <th scope="col" className="w-40 max-md:hidden">
              {say('pulled.hash')}
            </th>
          </tr>
        </thead>
        <tbody>
          {files.map(({ id, host, path, sizeBytes, sha256 }) => (
            <tr key={id}>
              <td className="mono">{host}</td>
              <td title={path}>
                <a
                  className="mono underline"
                  href={`/api/jobs/${jobId}/files/${id}`}
                  download
                  aria-label={say('pulled.download', { path, host })}
                >
                  {path}
                </a>
              </td>
              <td className="r n">{fileSizeText(sizeBytes)}</td>
              <td className="mono max-md:hidden">
                {sha256.slice(0, 12)}… <CopyButton text={sha256} label={say('pulled.hash')} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
