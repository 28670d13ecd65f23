'use client'

import { Download } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { duration } from '@/components/plan/plan-view'
import { type Shape, StatusShape } from '@/components/ui/status-shape'
import { type CommandResult, type GrowingResults, groupResults, growingResults, type ResultGroup } from '@/server/domain/command-results'
import type { Entry } from '@/server/domain/journal'
import type { Plan } from '@/server/domain/plan'

type Say = (word: string, params?: Record<string, string | number>) => string
type SayProblem = (problem: { code: string; params: Record<string, string | number> }) => { message: string }
type Props = { plan: Plan; entries: readonly Entry[]; jobId: string; say: Say; sayProblem: SayProblem }

/** What a command has said and how it has ended, host by host; hosts with the very same result stand together. */
export function ResultPanel({ plan, entries, jobId, say, sayProblem }: Props) {
  const results = useResults(plan, entries)
  const groups = groupResults(results)
  const ended = results.filter(({ state }) => state !== 'pending' && state !== 'running').length
  const bad = results.filter(({ state }) => state === 'failed' || state === 'unknown').length
  return (
    <section aria-label={say('results.title')} className="border-(--line) border-b">
      <div className="flex flex-wrap items-center gap-3 px-5 py-2 text-[12px]">
        <strong>{say('results.title')}</strong>
        <span role="status" className="text-(--text-2) tabular-nums">
          {say('results.counts', { ended, all: results.length, bad })}
          {results.length > 1 && ended === results.length
            ? ` · ${groups.length === 1 ? say('results.same') : say('results.differ', { groups: groups.length })}`
            : ''}
        </span>
        <span className="ml-auto flex gap-2">
          {(['text', 'json'] as const).map((format) => (
            <a key={format} className="btn sm" href={`/api/jobs/${jobId}/results?format=${format}`} download>
              <Download className="i" aria-hidden="true" /> {say(`results.${format}`)}
            </a>
          ))}
        </span>
      </div>
      {groups.map((group) => (
        <Group key={group.hosts.map(({ step }) => step).join(' ')} group={group} say={say} sayProblem={sayProblem} />
      ))}
    </section>
  )
}

const shapes: Record<CommandResult['state'], Shape> = { pending: 'todo', running: 'busy', done: 'done', failed: 'bad', unknown: 'unknown' }

/** So many characters are drawn at first; the rest is one click away. */
const shownCharacters = 4000

function Group({ group: { hosts, first }, say, sayProblem }: { group: ResultGroup; say: Say; sayProblem: SayProblem }) {
  const [whole, setWhole] = useState(false)
  const text = first.stdout + first.stderr
  const names = hosts.map(({ host }) => host)
  const longest = Math.max(...hosts.map(({ durationMs }) => durationMs ?? 0))
  const why =
    first.why === ''
      ? ''
      : sayProblem({
          code: first.why,
          params: { host: first.host, detail: '', status: first.exitCode ?? '–', seconds: '–', said: first.said },
        }).message
  return (
    <details className="border-(--line) border-t" open={first.state !== 'pending'}>
      <summary className="flex min-h-8 cursor-pointer flex-wrap items-center gap-2 px-5 py-1 text-[12px]">
        <StatusShape shape={shapes[first.state]} />
        <strong>{endOf(first, say)}</strong>
        <span className="mono [overflow-wrap:anywhere]">{names.slice(0, 6).join(', ')}</span>
        {names.length > 6 ? <span className="text-(--text-2)">{say('results.more-hosts', { count: names.length - 6 })}</span> : null}
        {longest > 0 ? <span className="text-(--text-3) tabular-nums">{duration(longest)}</span> : null}
      </summary>
      {names.length > 6 ? <p className="mono px-5 pb-1 text-(--text-2) text-[12px] [overflow-wrap:anywhere]">{names.join(', ')}</p> : null}
      {why === '' ? null : <p className="px-5 pb-1 text-(--bad) text-[12px]">{why}</p>}
      {first.notes === '' ? null : <p className="px-5 pb-1 text-(--text-2) text-[12px]">{first.notes}</p>}
      {text === '' ? (
        first.state === 'pending' || first.state === 'running' ? null : (
          <p className="px-5 pb-2 text-(--text-3) text-[12px]">{say('results.silent')}</p>
        )
      ) : (
        <div className="px-5 pb-3">
          <Output label={say('results.stdout')} text={first.stdout} whole={whole} />
          <Output label={say('results.stderr')} text={first.stderr} whole={whole} />
          {!whole && text.length > shownCharacters ? (
            <button type="button" className="btn sm mt-1" onClick={() => setWhole(true)}>
              {say('results.whole', { kib: Math.ceil(text.length / 1024) })}
            </button>
          ) : null}
        </div>
      )}
    </details>
  )
}

function Output({ label, text, whole }: { label: string; text: string; whole: boolean }) {
  if (text === '') return null
  return (
    <>
      <p className="text-(--text-3) text-[11px]">{label}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard */}
      <pre className="pre max-h-[320px] overflow-auto" tabIndex={0}>
        {whole ? text : text.slice(0, shownCharacters)}
      </pre>
    </>
  )
}

const endOf = (one: CommandResult, say: Say): string => {
  if (one.exitCode !== null && one.why === '') return say('results.exit', { status: one.exitCode })
  return say(one.why === '' || one.state === 'unknown' ? `results.${one.state}` : `results.why.${one.why}`)
}

/** Adds what is new since the last render to what is there; begins anew when the journal does. */
const useResults = (plan: Plan, entries: readonly Entry[]): CommandResult[] => {
  const kept = useRef<{ count: number; growing: GrowingResults } | null>(null)
  return useMemo(() => {
    let now = kept.current
    if (!now || entries.length < now.count) now = { count: 0, growing: growingResults(plan) }
    for (const entry of entries.slice(now.count)) now.growing.add(entry)
    kept.current = { count: entries.length, growing: now.growing }
    return now.growing.list()
  }, [plan, entries])
}
