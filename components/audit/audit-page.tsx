'use client'

import { Download } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { useAudit } from '@/components/data/queries'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { PageHead } from '@/components/layout/page-head'
import { Chip } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { FilterBox } from '@/components/ui/filter-box'
import { Menu } from '@/components/ui/menu'
import { focusRow } from '@/components/ui/table'
import type { AuditRow } from '@/server/domain/api'
import { AuditTable } from './audit-table'
import { resultOf, useDeed } from './audit-words'
import { ChainBanner, ChainState } from './chain-state'
import { RecordDrawer } from './record-drawer'

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
          <ChainState />
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
        <ChainBanner />
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
  const deedOf = useDeed()
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
            {name === 'result'
              ? say(value === 'done' ? 'audit.result.done' : 'audit.result.refused')
              : name === 'what'
                ? deedOf(value)
                : value}
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
