'use client'

import { useWords } from '@/components/data/words'
import { WideTable } from '@/components/rolling/wide-table'
import { type Shape, StatusShape } from '@/components/ui/status-shape'
import { TableHead } from '@/components/ui/table-head'
import type { CheckRow } from '@/server/domain/check-row'

const shapes = { ok: 'ok', warn: 'warn', fail: 'bad', unknown: 'unknown' } as const
const rank = { fail: 0, warn: 1, unknown: 2, ok: 3 } as const
const states = ['fail', 'warn', 'unknown', 'ok'] as const

/** Hosts of a report, those with trouble first. */
export const byTrouble = (rows: readonly CheckRow[]): string[] => {
  const worst = (host: string): number => Math.min(...rows.filter((row) => row.host === host).map((row) => rank[row.state]))
  return [...new Set(rows.map((row) => row.host))].sort((a, b) => worst(a) - worst(b))
}

/** How many checks failed, warned, are unknown and passed. */
export function CheckCounts({ rows }: { rows: readonly CheckRow[] }) {
  const { say } = useWords()
  const count = (state: CheckRow['state']) => rows.filter((row) => row.state === state).length
  const words = {
    fail: 'check.failed',
    warn: 'check.warned',
    unknown: 'check.unknown',
    ok: 'check.passed',
  } as const
  return states
    .filter((state) => count(state) > 0)
    .map((state) => (
      <span key={state} className="flex items-center gap-1">
        <StatusShape shape={shapes[state]} />
        {say(state === 'warn' && count(state) === 1 ? 'check.warned-one' : words[state], { count: count(state) })}
      </span>
    ))
}

type Props = {
  /** '' for what is about the cluster as a whole. */
  host: string
  rows: readonly CheckRow[]
  /** Also where nothing is amiss. */
  open?: boolean
  /** Another look for a row, such as one that was waived. */
  shapeOf?: (row: CheckRow) => Shape | undefined
  /** What stands in a row's last cell beside, or instead of, its remedy. */
  children?: (row: CheckRow, title: string) => React.ReactNode
}

/** The report of one host: what was expected and seen, and what to do; open where something is amiss. */
export function HostChecks({ host, rows, open = false, shapeOf, children }: Props) {
  const { say, sayWords, sayProblem } = useWords()
  const worst = states.find((state) => rows.some((row) => row.state === state)) ?? 'ok'
  return (
    <details open={open || worst !== 'ok'} className="border-(--line) border-b">
      <summary className="flex h-8 cursor-default items-center gap-2 bg-(--bg-subtle) px-5">
        <StatusShape shape={shapes[worst]} />
        <span className="font-mono">{host || say('check.whole')}</span>
        <span className="ml-auto flex gap-3 text-(--text-3)">
          <CheckCounts rows={rows} />
        </span>
      </summary>
      <WideTable>
        <table className="tb">
          <TableHead
            titles={[say('check.title'), say('check.expected'), say('check.seen'), say('check.fix')]}
            widths={[380, 270, 270, null]}
          />
          <tbody>
            {[...rows]
              .sort((a, b) => rank[a.state] - rank[b.state])
              .map((row) => {
                const title = sayWords(row.title)
                const shape = shapeOf?.(row)
                return (
                  <tr key={row.id}>
                    <td>
                      <span className="st">
                        <StatusShape shape={shape ?? shapes[row.state]} />
                        <span title={title}>{title}</span>
                      </span>
                    </td>
                    <td className="font-mono" title={row.expected}>
                      {row.expected}
                    </td>
                    <td
                      className={`font-mono ${row.state === 'fail' ? 'text-(--bad)' : row.state === 'warn' ? 'text-(--warn)' : ''}`}
                      title={row.seen}
                    >
                      {row.seen}
                    </td>
                    <td className="whitespace-normal!">
                      {row.state !== 'ok' && !shape ? sayProblem(row).hint : ''}
                      {children?.(row, title)}
                    </td>
                  </tr>
                )
              })}
          </tbody>
        </table>
      </WideTable>
    </details>
  )
}
