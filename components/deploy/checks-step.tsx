'use client'

import { useState } from 'react'
import { StatusShape } from '@/components/ui/status-shape'
import { Time } from '@/components/ui/time'
import type { CheckRow } from '@/server/domain/check-row'
import type { Words } from '@/server/domain/words/words'

type Say = (word: string, params?: Record<string, string | number>) => string

export type Waiver = { code: string; host: string; reason: string }
type Props = {
  say: Say
  sayWords: (words: Words) => string
  sayProblem: (problem: { code: string; params: CheckRow['params'] }) => { message: string; hint: string }
  rows: readonly CheckRow[]
  at: string | null
  running: boolean
  hostCount: number
  waivers: readonly Waiver[]
  onWaive: (waiver: Waiver) => void
  onRun: () => void
}

const shapeOf = { ok: 'ok', warn: 'warn', fail: 'bad', unknown: 'unknown' } as const
const rank = { fail: 0, warn: 1, unknown: 2, ok: 3 } as const

/** The preflight report: hosts with trouble first and open, the others folded. */
export function ChecksStep(props: Props) {
  const { say, rows, running } = props
  const hosts = [...new Set(rows.map((row) => row.host))].sort((a, b) => worst(rows, a) - worst(rows, b))
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-auto">
      <div className="flex h-11 shrink-0 items-center gap-3 border-(--line) border-b px-5" aria-live="polite">
        <Counts say={say} rows={rows} />
        <span className="ml-auto text-(--text-3)">{props.at && !running ? <Time at={props.at} /> : null}</span>
        <button type="button" className="btn" aria-disabled={running} onClick={() => !running && props.onRun()}>
          {running && <StatusShape shape="busy" />}
          {running
            ? say('deploy.checks-running', { count: props.hostCount })
            : say(rows.length > 0 ? 'deploy.checks-again' : 'deploy.checks-run')}
        </button>
      </div>
      {rows.length === 0 && !running && <p className="p-5 text-(--text-3)">{say('deploy.checks-empty')}</p>}
      {hosts.map((host) => (
        <HostChecks key={host} host={host} {...props} rows={rows.filter((row) => row.host === host)} />
      ))}
    </div>
  )
}

const worst = (rows: readonly CheckRow[], host: string): number =>
  Math.min(...rows.filter((row) => row.host === host).map((row) => rank[row.state]))

function Counts({ say, rows }: { say: Say; rows: readonly CheckRow[] }) {
  const count = (state: CheckRow['state']) => rows.filter((row) => row.state === state).length
  const shown = [
    ['fail', 'deploy.check.failed'],
    ['warn', 'deploy.check.warned'],
    ['unknown', 'deploy.check.unknown'],
    ['ok', 'deploy.check.passed'],
  ] as const
  return shown
    .filter(([state]) => count(state) > 0)
    .map(([state, word]) => (
      <span key={state} className="flex items-center gap-1">
        <StatusShape shape={shapeOf[state]} />
        {say(word === 'deploy.check.warned' && count(state) === 1 ? 'deploy.check.warned-one' : word, { count: count(state) })}
      </span>
    ))
}

function HostChecks({ host, rows, say, sayWords, sayProblem, waivers, onWaive }: Props & { host: string }) {
  const bad = rows.filter((row) => row.state !== 'ok')
  return (
    <details open={bad.length > 0} className="border-(--line) border-b">
      <summary className="flex h-8 cursor-default items-center gap-2 bg-(--bg-subtle) px-5">
        <StatusShape
          shape={shapeOf[(['fail', 'warn', 'unknown', 'ok'] as const).find((state) => rows.some((row) => row.state === state)) ?? 'ok']}
        />
        <span className="font-mono">{host}</span>
        <span className="ml-auto flex gap-3 text-(--text-3)">
          <Counts say={say} rows={rows} />
        </span>
      </summary>
      <table className="tb">
        <thead>
          <tr>
            <th scope="col">{say('deploy.check')}</th>
            <th scope="col">{say('deploy.check.expected')}</th>
            <th scope="col">{say('deploy.check.seen')}</th>
            <th scope="col">{say('deploy.check.fix')}</th>
          </tr>
        </thead>
        <tbody>
          {[...rows]
            .sort((a, b) => rank[a.state] - rank[b.state])
            .map((row) => {
              const waiver = waivers.find((one) => one.code === row.code && one.host === row.host)
              return (
                <tr key={row.id}>
                  <td>
                    <span className="st">
                      <StatusShape shape={waiver ? 'skip' : shapeOf[row.state]} />
                      <span title={sayWords(row.title)}>{sayWords(row.title)}</span>
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
                    {waiver ? say('deploy.waived', { reason: waiver.reason }) : row.state !== 'ok' ? sayProblem(row).hint : ''}
                    {row.state === 'warn' && !waiver && (
                      <Waive
                        say={say}
                        label={sayWords(row.title)}
                        onWaive={(reason) => onWaive({ code: row.code, host: row.host, reason })}
                      />
                    )}
                  </td>
                </tr>
              )
            })}
        </tbody>
      </table>
    </details>
  )
}

function Waive({ say, label, onWaive }: { say: Say; label: string; onWaive: (reason: string) => void }) {
  const [reason, setReason] = useState('')
  return (
    <form
      className="my-1 flex items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        if (reason.trim() !== '') onWaive(reason.trim())
      }}
    >
      <input
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        aria-label={`${say('deploy.waive')} ${label}`}
        placeholder={say('deploy.waive')}
        className="in min-w-0 flex-1"
      />
      <button type="submit" className="btn s24">
        {say('deploy.waive-do')}
      </button>
    </form>
  )
}
