'use client'

import { useQuery } from '@tanstack/react-query'
import { DiffLines } from '@/components/config/diff-view'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { runErrand } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Button, ButtonLink } from '@/components/ui/button'
import { Drawer, DrawerSection, KeyValues } from '@/components/ui/drawer'
import type { ErrandView } from '@/server/domain/api'
import type { CheckRow } from '@/server/domain/check-row'
import type { FileCompared } from '@/server/domain/file-compared'

/** Of a file's row: opens what differs, also where nothing seems to: a file with a secret is not judged by its content. */
export function CompareFile({ row, open, onOpen }: { row: CheckRow; open: boolean; onOpen: () => void }) {
  const { say } = useWords()
  if (row.code !== 'check.file') return null
  const path = String(row.params.path ?? '')
  return (
    <Button size="small" id={buttonOf(row)} aria-expanded={open} aria-label={say('check.compare-file', { path })} onClick={onOpen}>
      {say('check.compare')}
    </Button>
  )
}

const buttonOf = (row: CheckRow): string => `compare ${row.id}`

/** One file, rendered and on its host, line by line, with the two ways out. Looked at when it opens. */
export function FileDrawer({ cluster, row, onClose }: { cluster: string; row: CheckRow; onClose: () => void }) {
  const { say } = useWords()
  const path = String(row.params.path ?? '')
  const where = new URLSearchParams({ host: row.host, path })
  const base = `/clusters/${encodeURIComponent(cluster)}`
  const compared = useQuery({
    queryKey: [...keys.cluster(cluster), 'check-file', row.host, path],
    queryFn: () => runErrand<FileCompared>(() => api<ErrandView>(`/api${base}/check/file?${where}`)),
    refetchOnWindowFocus: false,
    retry: false,
    gcTime: 0,
  })
  const close = () => {
    onClose()
    requestAnimationFrame(() => document.getElementById(buttonOf(row))?.focus())
  }
  return (
    <Drawer
      label={say('check.compare-file', { path })}
      closeLabel={say('act.close')}
      onClose={close}
      head={
        <>
          <h2 className="b break-all font-mono">{path}</h2>
          <p className="t2">
            {row.host} · {String(row.params.instance ?? '')}
          </p>
        </>
      }
    >
      <Loaded query={compared} columns={1}>
        {(file) => (
          <>
            <Comparison file={file} />
            {file.state === 'same' && row.state === 'ok' ? null : (
              <div className="row flex-wrap gap-2 p-4">
                <ButtonLink href={`${base}/reload?nodes=${encodeURIComponent(file.instance)}`}>{say('check.restore')}</ButtonLink>
                <ButtonLink href={`${base}/edit-config`}>{say('check.keep')}</ButtonLink>
              </div>
            )}
          </>
        )}
      </Loaded>
    </Drawer>
  )
}

function Comparison({ file }: { file: FileCompared }) {
  const { say } = useWords()
  const differs = file.state === 'differs'
  return (
    <>
      <DrawerSection title={say(`check.file-${file.state}`)}>
        <KeyValues
          rows={[
            [say('check.rendered'), <Mono key="e" text={file.expected} />],
            [say('check.on-host'), <Mono key="s" text={file.seen} />],
          ]}
        />
        {differs && file.shown !== 'text' ? <p className="t3 pt-2">{say(`check.shown-${file.shown}`)}</p> : null}
        {differs && file.lines.length === 0 ? <p className="t3 pt-2">{say('check.bytes-only')}</p> : null}
        {differs && file.lines.length > 0 ? <p className="t3 pt-2">{say('check.signs')}</p> : null}
      </DrawerSection>
      {file.lines.length > 0 ? <DiffLines lines={file.lines} label={say('check.file-differs')} /> : null}
      {file.left > 0 ? <p className="t3 px-4 py-2">{say('check.lines-left', { count: file.left })}</p> : null}
    </>
  )
}

function Mono({ text }: { text: string }) {
  return <span className="whitespace-normal! break-all font-mono">{text}</span>
}
