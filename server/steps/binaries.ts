import type { StepOf } from '@/server/domain/step'
import { cachedPackagePath } from '@/server/probes/package-in-cache'
import { bash, head, longMs } from './script'
import type { StepKind } from './step-kind'
import { judged, pathInWords, withPath } from './verdict'

export const binariesScript = {
  name: 'binaries',
  // Swapped per top-level entry: both exporters are unpacked into one folder, and must not remove each other.
  text: `${head}cached=$1 name=$2 into=$3 entry=$4 sha=$5 owner=$6 group=$7
fresh=$into/.dm-panel-new.$sha former=$into/.dm-panel-old.$sha
[ -f "$cached" ] || die 66 "the package $name is not in this host's cache"
[ -d "$into" ] && [ ! -L "$into" ] || die 73 "$into is not a directory"
# An interrupted swap is undone first, so that a failed unpacking leaves what ran before.
if [ -d "$former" ]; then
  for old in "$former"/* "$former"/.[!.]*; do
    if [ -e "$old" ] && [ ! -e "$into/\${old##*/}" ]; then mv -T -- "$old" "$into/\${old##*/}"; fi
  done
  rm -rf -- "$former"
fi
rm -rf -- "$fresh"
trap 'rm -rf -- "$fresh"' EXIT
mkdir -m 0755 -- "$fresh"
tar --no-same-owner -zxf "$cached" -C "$fresh"
[ ! -L "$fresh/$entry" ] && [ -f "$fresh/$entry" ] || die 65 "the package $name has no $entry"
got=$(sha256sum < "$fresh/$entry" | cut -d ' ' -f 1)
[ "$got" = "$sha" ] || die 74 "$entry of $name has sha256 $got, not $sha"
chmod 0755 "$fresh/$entry"
chown -R "$owner:$group" "$fresh"
mkdir -m 0755 -- "$former"
for new in "$fresh"/* "$fresh"/.[!.]*; do
  [ -e "$new" ] || [ -L "$new" ] || continue
  one=\${new##*/}
  if [ -e "$into/$one" ] || [ -L "$into/$one" ]; then mv -T -- "$into/$one" "$former/$one"; fi
  mv -T -- "$new" "$into/$one"
done
if command -v restorecon >/dev/null 2>&1; then restorecon -R -- "$into" 2>/dev/null || true; fi
rm -rf -- "$former"
`,
}

const entryPath = (step: StepOf<'binaries'>): string => `${step.into}/${step.entry}`

const executable = (mode: string): boolean => (Number.parseInt(mode, 8) & 0o111) === 0o111

/** The unpacked package, its program being this very file, executable, of this owner. The folder must exist. */
export const binaries: StepKind<StepOf<'binaries'>> = {
  needs: (step) => [{ probe: 'path', path: entryPath(step), hash: true }],
  satisfied: (step, seen) =>
    judged(
      seen.paths[entryPath(step)],
      (fact) =>
        fact.exists &&
        fact.type === 'file' &&
        fact.sha256 === step.entrySha256 &&
        executable(fact.mode) &&
        fact.owner === step.owner &&
        fact.group === step.group,
    ),
  acts: (step) => [
    {
      act: 'exec',
      argv: bash(
        binariesScript,
        cachedPackagePath(step.packageSha256),
        step.name,
        step.into,
        step.entry,
        step.entrySha256,
        step.owner,
        step.group,
      ),
      as: 'root',
      deadlineMs: longMs,
    },
  ],
  predict(step, seen) {
    const before = seen.paths[entryPath(step)]
    return withPath(seen, entryPath(step), {
      exists: true,
      type: 'file',
      mode: '0755',
      owner: step.owner,
      group: step.group,
      sizeBytes: before?.exists ? before.sizeBytes : 0,
      mountPoint: false,
      sha256: step.entrySha256,
    })
  },
  explain: (step, seen) => ({
    expected: `executable file of ${step.owner}:${step.group}, sha256 ${step.entrySha256.slice(0, 12)}`,
    seen: pathInWords(seen.paths[entryPath(step)]),
  }),
  afterCrash: 'probe',
}
