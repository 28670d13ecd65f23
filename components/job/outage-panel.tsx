'use client'

import { duration } from '@/components/plan/plan-view'
import { StatusShape } from '@/components/ui/status-shape'
import type { Plan } from '@/server/domain/plan'
import { type Outages, sourcesAtStake } from '@/server/domain/replication-pause'

type Say = (word: string, params?: Record<string, string | number>) => string
type Props = { plan: Plan; outages: Outages; ended: boolean; nowMs: number | null; say: Say }

type Row = { key: string; what: string; where: string; startedAt?: string; endedAt?: string }

/** What a rolling job takes away, measured while it happens: each source, and DM-master's API where no other can take over. */
export function OutagePanel({ plan, outages, ended, nowMs, say }: Props) {
  const rows = rowsOf(plan, outages, say)
  if (rows.length === 0) return null
  const title = say(ended ? 'away.title-was' : 'away.title')
  const away = rows.some(({ startedAt, endedAt }) => startedAt && !endedAt)
  return (
    <details className="border-(--line) border-b" open={away || undefined}>
      <summary className="flex h-8 cursor-pointer items-center gap-2 px-5 text-[12px]">
        <StatusShape shape={away && !ended ? 'busy' : rows.every(({ endedAt }) => endedAt) ? 'done' : 'todo'} />
        <strong>{title}</strong>
        <span className="text-(--text-2) tabular-nums">{longest(rows, ended, nowMs, say)}</span>
      </summary>
      <table className="tb dense" aria-label={title}>
        <thead>
          <tr>
            <th scope="col">{say('away.what')}</th>
            <th scope="col">{say('away.where')}</th>
            <th scope="col">{say('away.how-long')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <td className="font-mono">{row.what}</td>
              <td className="font-mono text-(--text-2)">{row.where}</td>
              <td className="tabular-nums">{timeOf(row, ended, nowMs, say)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {plan.impact.masterOutageS !== null && plan.impact.masterOutageS > 0 && (
        <p className="px-5 py-1 text-(--text-3) text-[12px]">{say('away.forecast', { seconds: plan.impact.masterOutageS })}</p>
      )}
    </details>
  )
}

/** A source may be away more than once: each time is a row. Masters count only where none can take over. */
const rowsOf = (plan: Plan, { found }: Outages, say: Say): Row[] => {
  const seen = found
    .filter(({ of }) => of === 'source' || plan.impact.masterOutageS !== 0)
    .map(
      (one, at): Row => ({
        key: `${one.of} ${one.subject} ${at}`,
        what: one.of === 'source' ? one.subject : say('away.api', { instance: one.subject }),
        where: one.instance,
        startedAt: one.startedAt,
        ...(one.endedAt && { endedAt: one.endedAt }),
      }),
    )
  const waiting = sourcesAtStake(plan)
    .filter(({ source }) => !found.some((one) => one.of === 'source' && one.subject === source))
    .map(({ source, worker }): Row => ({ key: source, what: source, where: worker }))
  return [...seen, ...waiting]
}

const timeOf = ({ startedAt, endedAt }: Row, ended: boolean, nowMs: number | null, say: Say): string => {
  if (!startedAt) return say(ended ? 'away.never' : 'away.not-yet')
  const toMs = endedAt ? Date.parse(endedAt) : nowMs
  if (toMs === null) return ''
  const time = duration(Math.max(0, toMs - Date.parse(startedAt)))
  return endedAt || ended ? say('away.was', { time }) : say('away.now', { time })
}

/** The longest that ended, or what is away now. */
const longest = (rows: readonly Row[], ended: boolean, nowMs: number | null, say: Say): string => {
  const now = rows.filter(({ startedAt, endedAt }) => startedAt && !endedAt)
  if (now.length > 0 && !ended) return now.map((row) => `${row.what} ${timeOf(row, false, nowMs, say)}`).join(' · ')
  const times = rows.flatMap(({ startedAt, endedAt }) => (startedAt && endedAt ? [Date.parse(endedAt) - Date.parse(startedAt)] : []))
  return times.length === 0 ? say(ended ? 'away.none' : 'away.not-yet') : `≤ ${duration(Math.max(...times))}`
}
