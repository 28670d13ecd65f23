import type { StepOf } from '@/server/domain/step'
import { cachedPackagePath } from '@/server/probes/package-in-cache'
import { madeFunction } from './made'
import { bash, head, longMs } from './script'
import { stagedPath } from './staging'
import type { StepKind } from './step-kind'
import { judged } from './verdict'

export const packageCachedScript = {
  name: 'package-cached',
  text: `${head}${madeFunction}staged=$1 cached=$2 sha=$3
if [ ! -f "$staged" ] && [ -f "$cached" ]; then staged=$cached; fi
[ ! -L "$staged" ] && [ -f "$staged" ] || die 66 "the package was not uploaded"
got=$(sha256sum < "$staged" | cut -d ' ' -f 1)
[ "$got" = "$sha" ] || { rm -f -- "$staged"; die 74 "the upload has sha256 $got, not $sha"; }
if [ "$staged" = "$cached" ]; then exit 0; fi
mkdir -p "\${cached%/*}"
chown 0:0 "$staged"
chmod 0600 "$staged"
made "$cached"
mv -fT -- "$staged" "$cached"
`,
}

/** The package lies in the host's cache, by its hash. The hash is proved when it gets that name, not at every look. */
export const packageCached: StepKind<StepOf<'package-cached'>> = {
  needs: (step) => [{ probe: 'package', sha256: step.sha256 }],
  satisfied: (step, seen) => judged(seen.packages[step.sha256], (size) => size === step.sizeBytes),
  acts: (step) => [
    { act: 'put', content: { package: step.sha256, sizeBytes: step.sizeBytes }, path: stagedPath(step.id) },
    {
      act: 'exec',
      argv: bash(packageCachedScript, stagedPath(step.id), cachedPackagePath(step.sha256), step.sha256),
      as: 'root',
      deadlineMs: longMs,
    },
  ],
  predict: (step, seen) => ({ ...seen, packages: { ...seen.packages, [step.sha256]: step.sizeBytes } }),
  explain: (step, seen) => ({
    expected: `${step.sizeBytes} bytes`,
    seen: seen.packages[step.sha256] === undefined ? 'unknown' : `${seen.packages[step.sha256]} bytes`,
  }),
  afterCrash: 'probe',
}
