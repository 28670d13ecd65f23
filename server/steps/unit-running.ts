import type { HostFacts } from '@/server/domain/facts'
import type { StepOf } from '@/server/domain/step'
import { bash, head, shortMs } from './script'
import type { StepKind } from './step-kind'
import { unitInWords, withUnit } from './verdict'

export const unitRunningScript = {
  name: 'unit-running',
  // reset-failed: after too many failed starts systemd refuses a further one until it is told to forget them.
  text: `${head}unit=$1 verb=$2
state=$(systemctl show -p LoadState,ActiveState,NeedDaemonReload -- "$unit")
case "$state" in *LoadState=not-found* | *NeedDaemonReload=yes*) systemctl daemon-reload ;; esac
case "$state" in *ActiveState=failed*) systemctl reset-failed -- "$unit" ;; esac
systemctl "$verb" -- "$unit"
`,
}

/**
 * One start of a unit: boot id and ActiveEnterTimestampMonotonic, joined by a space; '' when it never ran in this boot or
 * either is unknown. The engine journals it when a lane's turn begins.
 */
export const incarnationOf = (seen: HostFacts, unit: string): string => {
  const entered = seen.units[unit]?.activeEnterMonotonicUs ?? 0
  const bootId = seen.system?.bootId ?? ''
  return entered > 0 && bootId !== '' ? `${bootId} ${entered}` : ''
}

const isRunning = (seen: HostFacts, unit: string): boolean => {
  const fact = seen.units[unit]
  return fact?.activeState === 'active' && fact.subState === 'running'
}

/** The unit runs; `this-turn`: and was started after its lane's turn began. */
export const unitRunning: StepKind<StepOf<'unit-running'>> = {
  title: (step) => ({ word: step.started === 'any' ? 'step.unit-running' : 'step.unit-restarted', params: { unit: step.unit } }),
  needs: (step) => [{ probe: 'unit', unit: step.unit, hashExe: false }, { probe: 'system' }],
  satisfied(step, seen, turn) {
    if (!seen.units[step.unit]) return 'unknown'
    if (!isRunning(seen, step.unit)) return 'no'
    if (step.started === 'any') return 'yes'
    const now = incarnationOf(seen, step.unit)
    if (now === '') return 'unknown'
    return now === turn.incarnation ? 'no' : 'yes'
  },
  acts: (step) => [
    {
      act: 'exec',
      argv: bash(unitRunningScript, step.unit, step.started === 'any' ? 'start' : 'restart'),
      as: 'root',
      deadlineMs: shortMs,
    },
  ],
  predict(step, seen) {
    const before = seen.units[step.unit]
    const stays = step.started === 'any' && isRunning(seen, step.unit)
    return withUnit(seen, step.unit, {
      loadState: 'loaded',
      activeState: 'active',
      subState: 'running',
      result: 'success',
      execMainStatus: 0,
      needDaemonReload: stays ? (before?.needDaemonReload ?? false) : false,
      activeEnterMonotonicUs: (before?.activeEnterMonotonicUs ?? 0) + (stays ? 0 : 1),
    })
  },
  explain: (step, seen, turn) => ({
    expected: step.started === 'any' ? 'active (running)' : 'active (running), started in this turn',
    seen:
      isRunning(seen, step.unit) && step.started === 'this-turn' && incarnationOf(seen, step.unit) === turn.incarnation
        ? `${unitInWords(seen.units[step.unit])}, since ${seen.units[step.unit]?.activeEnterTimestamp || 'before'}`
        : unitInWords(seen.units[step.unit]),
  }),
  afterCrash: 'probe',
}
