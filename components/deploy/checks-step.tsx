'use client'

import { useState } from 'react'
import { byTrouble, CheckCounts, HostChecks } from '@/components/check/host-checks'
import { StatusShape } from '@/components/ui/status-shape'
import { Time } from '@/components/ui/time'
import type { CheckRow } from '@/server/domain/check-row'

type Say = (word: string, params?: Record<string, string | number>) => string

export type Waiver = { code: string; host: string; reason: string }
type Props = {
  say: Say
  rows: readonly CheckRow[]
  at: string | null
  running: boolean
  hostCount: number
  waivers: readonly Waiver[]
  onWaive: (waiver: Waiver) => void
  onRun: () => void
}

/** The preflight report: hosts with trouble first and open, the others folded. */
export function ChecksStep(props: Props) {
  const { say, rows, running } = props
  const waiverOf = (row: CheckRow) => props.waivers.find((one) => one.code === row.code && one.host === row.host)
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-auto">
      <div className="flex h-11 shrink-0 items-center gap-3 border-(--line) border-b px-5" aria-live="polite">
        <CheckCounts rows={rows} />
        <span className="ml-auto text-(--text-3)">{props.at && !running ? <Time at={props.at} /> : null}</span>
        <button type="button" className="btn" aria-disabled={running} onClick={() => !running && props.onRun()}>
          {running && <StatusShape shape="busy" />}
          {running
            ? say('deploy.checks-running', { count: props.hostCount })
            : say(rows.length > 0 ? 'deploy.checks-again' : 'deploy.checks-run')}
        </button>
      </div>
      {rows.length === 0 && !running && <p className="p-5 text-(--text-3)">{say('deploy.checks-empty')}</p>}
      {byTrouble(rows).map((host) => (
        <HostChecks
          key={host}
          host={host}
          rows={rows.filter((row) => row.host === host)}
          shapeOf={(row) => (waiverOf(row) ? 'skip' : undefined)}
        >
          {(row, title) => {
            const waiver = waiverOf(row)
            if (waiver) return say('deploy.waived', { reason: waiver.reason })
            return row.state === 'warn' ? (
              <Waive say={say} label={title} onWaive={(reason) => props.onWaive({ code: row.code, host: row.host, reason })} />
            ) : null
          }}
        </HostChecks>
      ))}
    </div>
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
