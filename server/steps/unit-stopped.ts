import type { UnitFact } from '@/server/domain/facts'
import type { StepOf } from '@/server/domain/step'
import { bash, head, shortMs } from './script'
import type { StepKind } from './step-kind'
import { judged, unitInWords, withUnit } from './verdict'

export const unitStoppedScript = {
  name: 'unit-stopped',
  text: `${head}unit=$1
if [ "$(systemctl show -p LoadState -- "$unit")" = LoadState=not-found ] && [ "$(systemctl show -p ActiveState -- "$unit")" = ActiveState=inactive ]; then exit 0; fi
systemctl stop -- "$unit"
`,
}

const isStopped = (fact: UnitFact): boolean => fact.activeState === 'inactive' || fact.activeState === 'failed'

/** The unit does not run and will not be restarted by systemd; one that is not known is stopped. */
export const unitStopped: StepKind<StepOf<'unit-stopped'>> = {
  needs: (step) => [{ probe: 'unit', unit: step.unit, hashExe: false }],
  satisfied: (step, seen) => judged(seen.units[step.unit], isStopped),
  acts: (step) => [{ act: 'exec', argv: bash(unitStoppedScript, step.unit), as: 'root', deadlineMs: shortMs }],
  predict(step, seen) {
    const before = seen.units[step.unit]
    if (before && isStopped(before)) return seen
    return withUnit(seen, step.unit, { activeState: 'inactive', subState: 'dead', result: 'success', mainPid: 0 })
  },
  explain: (step, seen) => ({ expected: 'inactive (dead)', seen: unitInWords(seen.units[step.unit]) }),
  afterCrash: 'probe',
}
