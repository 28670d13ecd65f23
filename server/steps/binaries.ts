import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { HostFacts } from '@/server/domain/facts'
import type { HostProbe } from '@/server/domain/probe'
import type { StepOf } from '@/server/domain/step'
import { cachedPackagePath } from '@/server/probes/package-in-cache'
import { bash, head, longMs } from './script'
import type { StepKind, Verdict } from './step-kind'
import { judged, pathInWords, withPath } from './verdict'

/** What both steps say of a package's place: `binaries-staged` unpacks it beside the live files, `binaries` makes it live. */
export type Unpacked = Pick<StepOf<'binaries'>, 'host' | 'packageSha256' | 'name' | 'into' | 'entry' | 'entrySha256' | 'owner' | 'group'>

/** For scripts: $package, $staged and $mark of $cached, $into and $entry. Both exporters share a folder: the program's name keeps them apart. */
export const placesOfPackage = `package=\${cached##*/} package=\${package%.tar.gz}
staged=$into/.dm-panel-staged.\${entry##*/}.\${package:0:24} mark=$into/.dm-panel-package.\${entry##*/}
`

const programOf = ({ entry }: Unpacked): string => entry.slice(entry.lastIndexOf('/') + 1)

/** Where `binaries-staged` unpacks the package. */
export const stagedBinaries = (step: Unpacked): string =>
  `${step.into}/.dm-panel-staged.${programOf(step)}.${step.packageSha256.slice(0, 24)}`

/** The file that says which package is live there: a hotfix may differ from its base in another file than the program. */
export const packageMark = (step: Unpacked): string => `${step.into}/.dm-panel-package.${programOf(step)}`

/** sha256 of the mark of a package: of its hash and a line's end. */
export const markSha256 = (packageSha256: string): string => bytesToHex(sha256(utf8ToBytes(`${packageSha256}\n`)))

export const binariesScript = {
  name: 'binaries',
  // Swapped per top-level entry: both exporters are unpacked into one folder, and must not remove each other.
  // What `binaries-staged` has unpacked is moved in; without it the package is unpacked now.
  text: `${head}cached=$1 name=$2 into=$3 entry=$4 sha=$5 owner=$6 group=$7
${placesOfPackage}fresh=$into/.dm-panel-new.$sha former=$into/.dm-panel-old.$sha
is_entry() { [ ! -L "$1/$entry" ] && [ -f "$1/$entry" ] && [ "$(sha256sum < "$1/$entry" | cut -d ' ' -f 1)" = "$sha" ]; }
[ -d "$staged" ] && [ ! -L "$staged" ] && is_entry "$staged" || staged=
[ -n "$staged" ] || [ -f "$cached" ] || die 66 "the package $name is not in this host's cache"
[ -d "$into" ] && [ ! -L "$into" ] || die 73 "$into is not a directory"
# An interrupted swap is undone first, so that a failed unpacking leaves what ran before.
if [ -d "$former" ]; then
  for old in "$former"/* "$former"/.[!.]*; do
    if [ -e "$old" ] && [ ! -e "$into/\${old##*/}" ]; then mv -T -- "$old" "$into/\${old##*/}"; fi
  done
  rm -rf -- "$former"
fi
rm -rf -- "$fresh"
if [ -n "$staged" ]; then
  fresh=$staged
else
  trap 'rm -rf -- "$fresh"' EXIT
  mkdir -m 0755 -- "$fresh"
  tar --no-same-owner -zxf "$cached" -C "$fresh"
  [ ! -L "$fresh/$entry" ] && [ -f "$fresh/$entry" ] || die 65 "the package $name has no $entry"
  got=$(sha256sum < "$fresh/$entry" | cut -d ' ' -f 1)
  [ "$got" = "$sha" ] || die 74 "$entry of $name has sha256 $got, not $sha"
fi
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
printf '%s\\n' "$package" > "$mark.new"
chown "$owner:$group" "$mark.new"
chmod 0644 "$mark.new"
mv -fT -- "$mark.new" "$mark"
rm -rf -- "$former" "$fresh"
`,
}

const entryPath = (step: Unpacked): string => `${step.into}/${step.entry}`

const executable = (mode: string): boolean => (Number.parseInt(mode, 8) & 0o111) === 0o111

/** Whether a program lies there with this hash, executable, of this owner. */
export const isProgram = (seen: HostFacts, path: string, step: Unpacked): Verdict =>
  judged(
    seen.paths[path],
    (fact) =>
      fact.exists &&
      fact.type === 'file' &&
      fact.sha256 === step.entrySha256 &&
      executable(fact.mode) &&
      fact.owner === step.owner &&
      fact.group === step.group,
  )

/** What must be seen to know whether a package is live. */
export const liveNeeds = (step: Unpacked): HostProbe[] =>
  [entryPath(step), packageMark(step)].map((path) => ({ probe: 'path', path, hash: true }))

/** Whether the whole package is live: its program, and the mark that was written last. */
export const isLive = (step: Unpacked, seen: HostFacts): Verdict => {
  const mark = judged(seen.paths[packageMark(step)], (fact) => fact.exists && fact.sha256 === markSha256(step.packageSha256))
  const program = isProgram(seen, entryPath(step), step)
  if (mark === 'no' || program === 'no') return 'no'
  return mark === 'yes' && program === 'yes' ? 'yes' : 'unknown'
}

/** argv words that both scripts take. */
export const unpackWords = (step: Unpacked): string[] => [
  cachedPackagePath(step.packageSha256),
  step.name,
  step.into,
  step.entry,
  step.entrySha256,
  step.owner,
  step.group,
]

export const withProgram = (seen: HostFacts, path: string, step: Unpacked): HostFacts => {
  const before = seen.paths[path]
  const sizeBytes = before?.exists ? before.sizeBytes : 0
  const { owner, group } = step
  return withPath(seen, path, {
    exists: true,
    type: 'file',
    mode: '0755',
    owner,
    group,
    sizeBytes,
    mountPoint: false,
    sha256: step.entrySha256,
  })
}

/**
 * The unpacked package is live: its program is this very file, executable, of this owner, and the mark names the package. Swapped by
 * renames when `binaries-staged` has unpacked it before. The folder must exist.
 */
export const binaries: StepKind<StepOf<'binaries'>> = {
  needs: liveNeeds,
  satisfied: isLive,
  acts: (step) => [{ act: 'exec', argv: bash(binariesScript, ...unpackWords(step)), as: 'root', deadlineMs: longMs }],
  predict(step, seen) {
    const { owner, group } = step
    const mark = { exists: true, type: 'file', mode: '0644', owner, group, sizeBytes: 65, mountPoint: false } as const
    return withPath(withProgram(seen, entryPath(step), step), packageMark(step), { ...mark, sha256: markSha256(step.packageSha256) })
  },
  explain: (step, seen) => ({
    expected: `executable file of ${step.owner}:${step.group}, sha256 ${step.entrySha256.slice(0, 12)}, of package ${step.packageSha256.slice(0, 12)}`,
    seen: pathInWords(seen.paths[entryPath(step)]),
  }),
  afterCrash: 'probe',
}
