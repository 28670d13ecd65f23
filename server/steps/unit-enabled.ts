import type { StepOf } from '@/server/domain/step'
import { bash, head, shortMs } from './script'
import type { StepKind } from './step-kind'
import { judged, withUnit } from './verdict'

export const unitEnabledScript = {
  name: 'unit-enabled',
  // Once the unit file is gone, older systemd refuses to disable and leaves a dangling link behind.
  text: `${head}unit=$1 verb=$2
if [ "$verb" = disable ] && [ ! -e "/etc/systemd/system/$unit" ]; then
  systemctl disable -- "$unit" 2>/dev/null || true
  link=/etc/systemd/system/multi-user.target.wants/$unit
  if [ -L "$link" ] && [ ! -e "$link" ]; then rm -f -- "$link"; fi
  exit 0
fi
systemctl daemon-reload
systemctl "$verb" -- "$unit"
`,
}

/** The unit starts at boot, or does not. */
export const unitEnabled: StepKind<StepOf<'unit-enabled'>> = {
  needs: (step) => [{ probe: 'unit', unit: step.unit, hashExe: false }],
  satisfied: (step, seen) => judged(seen.units[step.unit], (fact) => (fact.unitFileState === 'enabled') === step.enabled),
  acts: (step) => [
    { act: 'exec', argv: bash(unitEnabledScript, step.unit, step.enabled ? 'enable' : 'disable'), as: 'root', deadlineMs: shortMs },
  ],
  predict(step, seen) {
    const before = seen.units[step.unit]
    if (before && (before.unitFileState === 'enabled') === step.enabled) return seen
    return withUnit(
      seen,
      step.unit,
      step.enabled ? { loadState: 'loaded', unitFileState: 'enabled', needDaemonReload: false } : { unitFileState: 'disabled' },
    )
  },
  explain: (step, seen) => ({
    expected: step.enabled ? 'enabled' : 'not enabled',
    seen: seen.units[step.unit] ? `UnitFileState=${seen.units[step.unit]?.unitFileState}` : 'unknown',
  }),
  afterCrash: 'probe',
}
