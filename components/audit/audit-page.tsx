'use client'

import { Download } from 'lucide-react'
import Link from 'next/link'
import { useEffect, useMemo, useState } from 'react'
import { useAudit, useAuditRecord } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { PageHead } from '@/components/layout/page-head'
import { Chip } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Drawer, DrawerSection, KeyValues } from '@/components/ui/drawer'
import { FilterBox } from '@/components/ui/filter-box'
import { Menu } from '@/components/ui/menu'
import { Status } from '@/components/ui/status-shape'
import { focusRow } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import type { AuditRow } from '@/server/domain/api'
import { AuditTable, resultOf, resultShape } from './audit-table'

/** What was done, by whom and with what end. Opens with the last 48 hours. */
export function AuditPage() {
  const { say } = useWords()
  const url = useUrlState()
  const all = url.get('time') === 'all'
  const [from] = useState(() => new Date(Date.now() - 48 * 3_600_000).toISOString())
  const search = useSlow(url.get('q'))
  const cluster = url.get('cluster')
  const phase = url.get('phase')
  const [actor, what, result] = [url.get('who'), url.get('what'), url.get('result')]
  const filter = useMemo(
    () => ({
      ...(search && { search }),
      ...(cluster && { cluster }),
      ...(phase && { phase }),
      ...(actor && { actor }),
      ...(what && { what }),
      ...(!all && { from }),
    }),
    [search, cluster, phase, actor, what, all, from],
  )
  const head = useAudit(filter).data?.pages[0]?.head
  const open = url.get('record')
  const download = (format: string): void => void window.open(`/api/audit/export?${new URLSearchParams({ format, ...(!all && { from }) })}`)
  return (
    <>
      <div className={open ? 'pushed flex min-h-0 flex-1 flex-col' : 'flex min-h-0 flex-1 flex-col'}>
        <PageHead title={say('nav.audit')} note={head ? say('audit.sealed', { number: head.number }) : undefined}>
          {head?.mac ? (
            <span className="mono t3" title={head.mac}>
              {head.mac.slice(0, 12)}…
            </span>
          ) : null}
          <Menu
            trigger={
              <Button>
                <Download className="i" aria-hidden="true" />
                {say('audit.export')}
              </Button>
            }
            items={(['jsonl', 'csv', 'text'] as const).map((format) => ({
              label: say(`audit.export-${format}`),
              onSelect: () => download(format),
            }))}
          />
        </PageHead>
        <div className="row pad flex-wrap py-3">
          <FilterBox label={say('audit.filter')} value={url.get('q')} onChange={(q) => url.set({ q })} width={264} />
          <Chip on={!all} onClick={() => url.set({ time: all ? '' : 'all' })}>
            {say('audit.last-48')}
          </Chip>
          {(['intent', 'outcome'] as const).map((one) => (
            <Chip key={one} on={phase === one} onClick={() => url.set({ phase: phase === one ? '' : one })}>
              {say(one === 'intent' ? 'audit.intents' : 'audit.outcomes')}
            </Chip>
          ))}
          <Filters />
          {cluster ? (
            <Chip on onClick={() => url.set({ cluster: '' })}>
              {cluster} ×
            </Chip>
          ) : null}
        </div>
        <div className="scroll">
          <AuditTable
            filter={filter}
            {...(result && { keep: (row: AuditRow) => resultOf(row) === result })}
            selected={open || null}
            onOpen={(row) => url.set({ record: row.id })}
          />
        </div>
      </div>
      {open ? (
        <RecordDrawer
          key={open}
          id={open}
          onClose={() => {
            url.set({ record: '' })
            requestAnimationFrame(() => focusRow(open))
          }}
        />
      ) : null}
    </>
  )
}

/** Who, what and with which end; offers what the last records hold. */
function Filters() {
  const { say } = useWords()
  const url = useUrlState()
  const seen = useAudit(anyRecord).data?.pages.flatMap((page) => page.records) ?? []
  const choices = {
    who: seen.map((row) => row.actor),
    what: seen.map((row) => row.what),
    result: ['done', 'refused'],
  }
  return (['who', 'what', 'result'] as const).map((name) => {
    const values = [...new Set([...choices[name], url.get(name)])].filter(Boolean).sort()
    return (
      <select
        key={name}
        className="in max-w-44"
        aria-label={say(`audit.${name}`)}
        value={url.get(name)}
        onChange={(event) => url.set({ [name]: event.target.value })}
      >
        <option value="">{say(`audit.any-${name}`)}</option>
        {values.map((value) => (
          <option key={value} value={value}>
            {name === 'result' ? say(value === 'done' ? 'audit.result.done' : 'audit.result.refused') : value}
          </option>
        ))}
      </select>
    )
  })
}

const anyRecord = { limit: '200' }

/** The text once typing has paused. */
const useSlow = (text: string): string => {
  const [slow, setSlow] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(text), 250)
    return () => clearTimeout(timer)
  }, [text])
  return slow
}

type FullRecord = AuditRow & { detail?: Record<string, unknown>; mac?: string | null }

function RecordDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { say } = useWords()
  const record = useAuditRecord(id)
  const row: FullRecord | undefined = record.data
  return (
    <Drawer
      label={say('audit.record', { id })}
      closeLabel={say('act.close')}
      onClose={onClose}
      head={
        <>
          <h2 className="b">
            {row?.what ?? '…'} <span className="t2 font-normal">{row?.cluster}</span>
          </h2>
          {row ? <Status shape={resultShape(row)}>{row.phase === 'intent' ? say('audit.phase.intent') : row.result}</Status> : null}
        </>
      }
    >
      <div className="p-4 empty:p-0">{record.error ? <ErrorNote error={record.error} /> : null}</div>
      {row ? <RecordBody row={row} /> : null}
    </Drawer>
  )
}

function RecordBody({ row }: { row: FullRecord }) {
  const { say } = useWords()
  const hash = (text: string): React.ReactNode => (
    <>
      <span className="mono tr" title={text}>
        {text.slice(0, 16)}…
      </span>
      <CopyButton text={text} label={say('act.copy')} />
    </>
  )
  return (
    <>
      <DrawerSection title={say(`audit.phase.${row.phase}`)}>
        <KeyValues
          rows={[
            [say('audit.who'), row.actor],
            [
              say('audit.from'),
              <span key="from" className="mono">
                {row.from || '–'}
              </span>,
            ],
            [say('audit.time'), <Time key="at" at={row.at} look="full" />],
            [
              say('audit.command'),
              <span key="c" className="mono tr" title={row.command}>
                {row.command || '–'}
              </span>,
            ],
            [
              say('audit.targets'),
              <span key="t" className="mono tr" title={row.targets.join(', ')}>
                {row.targets.join(', ') || '–'}
              </span>,
            ],
            [say('audit.plan'), row.planHash ? hash(row.planHash) : '–'],
            [
              say('audit.job'),
              row.jobId ? (
                <Link key="job" href={`/jobs/${row.jobId}`}>
                  {say('act.open')}
                </Link>
              ) : (
                '–'
              ),
            ],
          ]}
        />
      </DrawerSection>
      <DrawerSection
        title={say('audit.chain')}
        note={row.number === null ? say('audit.not-sealed') : `${say('audit.number')} ${row.number}`}
      >
        <KeyValues
          rows={[
            ['ID', hash(row.id)],
            [say('audit.hash'), row.hash ? hash(row.hash) : '–'],
            ['MAC', row.mac ? hash(row.mac) : '–'],
          ]}
        />
        <a className="btn mt-2" href={`/api/audit/export?format=jsonl&id=${encodeURIComponent(row.id)}`}>
          <Download className="i" aria-hidden="true" />
          {say('act.download')}
        </a>
      </DrawerSection>
      {row.detail ? (
        <DrawerSection title={say('audit.detail')}>
          <pre className="pre overflow-auto">{JSON.stringify(row.detail, null, 2)}</pre>
        </DrawerSection>
      ) : null}
    </>
  )
}
