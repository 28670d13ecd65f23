import type { HostFacts, UnitFact } from '@/server/domain/facts'
import type { StepOf } from '@/server/domain/step'
import { bash, head, shortMs } from './script'
import type { StepKind } from './step-kind'
import { unitInWords, withUnit } from './verdict'

export const unitRunningScript = {
  name: 'unit-running',
  // reset-failed: after too many failed starts systemd refuses a further one until it is told to forget them.
  text: `${head}unit=$1 verb=$2 wanted=\${3:-}
state=$(systemctl show -p LoadState,ActiveState,NeedDaemonReload -- "$unit")
case "$state" in *LoadState=not-found* | *NeedDaemonReload=yes*) systemctl daemon-reload ;; esac
case "$state" in *ActiveState=failed*) systemctl reset-failed -- "$unit" ;; esac
systemctl "$verb" -- "$unit"
# The main process is the run script's shell until that has become the program.
if [ -n "$wanted" ]; then
  seen=
  for ((try = 0; try < 100; try++)); do
    pid=$(systemctl show -p MainPID --value -- "$unit")
    now="$pid $(readlink "/proc/$pid/exe")" || now=
    if [ "$now" != "$seen" ]; then
      seen=$now
      got=$(sha256sum "/proc/$pid/exe" 2>/dev/null | cut -d ' ' -f 1) || got=
      if [ "$got" = "$wanted" ]; then break; fi
    fi
    sleep 0.1
  done
fi
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

const isProgram = (step: StepOf<'unit-running'>, fact: UnitFact | undefined): boolean =>
  step.exeSha256 === undefined || fact?.exeSha256 === step.exeSha256

/** The unit runs; `this-turn`: and was started after its lane's turn began. */
export const unitRunning: StepKind<StepOf<'unit-running'>> = {
  needs: (step) => [{ probe: 'unit', unit: step.unit, hashExe: step.exeSha256 !== undefined }, { probe: 'system' }],
  satisfied(step, seen, turn) {
    if (!seen.units[step.unit]) return 'unknown'
    if (!isRunning(seen, step.unit)) return 'no'
    if (step.exeSha256 !== undefined && seen.units[step.unit]?.exeSha256 !== step.exeSha256) return 'no'
    if (step.started === 'any') return 'yes'
    const now = incarnationOf(seen, step.unit)
    if (now === '') return 'unknown'
    return now === turn.incarnation ? 'no' : 'yes'
  },
  acts: (step) => [
    {
      act: 'exec',
      argv: bash(
        unitRunningScript,
        step.unit,
        step.started === 'any' && step.exeSha256 === undefined ? 'start' : 'restart',
        ...(step.exeSha256 === undefined ? [] : [step.exeSha256]),
      ),
      as: 'root',
      deadlineMs: shortMs,
    },
  ],
  predict(step, seen) {
    const before = seen.units[step.unit]
    const stays = step.started === 'any' && isRunning(seen, step.unit) && isProgram(step, before)
    return withUnit(seen, step.unit, {
      loadState: 'loaded',
      activeState: 'active',
      subState: 'running',
      result: 'success',
      execMainStatus: 0,
      needDaemonReload: stays ? (before?.needDaemonReload ?? false) : false,
      ...(step.exeSha256 === undefined ? {} : { exeSha256: step.exeSha256 }),
      activeEnterMonotonicUs: (before?.activeEnterMonotonicUs ?? 0) + (stays ? 0 : 1),
    })
  },
  explain(step, seen, turn) {
    const fact = seen.units[step.unit]
    const wanted = step.started === 'any' ? 'active (running)' : 'active (running), started in this turn'
    const stale = isRunning(seen, step.unit) && step.started === 'this-turn' && incarnationOf(seen, step.unit) === turn.incarnation
    const other = isRunning(seen, step.unit) && !isProgram(step, fact)
    return {
      expected: step.exeSha256 === undefined ? wanted : `${wanted}, program ${step.exeSha256.slice(0, 12)}`,
      seen: `${unitInWords(fact)}${stale ? `, since ${fact?.activeEnterTimestamp || 'before'}` : ''}${other ? `, program ${fact?.exeSha256?.slice(0, 12) ?? 'unknown'}` : ''}`,
    }
  },
  afterCrash: 'probe',
}
