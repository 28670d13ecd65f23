import type { StepOf } from '@/server/domain/step'
import { isLive, isProgram, liveNeeds, placesOfPackage, stagedBinaries, unpackWords, withProgram } from './binaries'
import { bash, head, longMs } from './script'
import type { StepKind } from './step-kind'
import { pathInWords } from './verdict'

export const binariesStagedScript = {
  name: 'binaries-staged',
  // Of the same program only one package is staged at a time: what a former, broken off plan left goes away.
  text: `${head}cached=$1 name=$2 into=$3 entry=$4 sha=$5 owner=$6 group=$7
${placesOfPackage}[ -f "$cached" ] || die 66 "the package $name is not in this host's cache"
[ -d "$into" ] && [ ! -L "$into" ] || die 73 "$into is not a directory"
rm -rf -- "$into/.dm-panel-staged.\${entry##*/}".*
fresh=$staged.new
trap 'rm -rf -- "$fresh"' EXIT
mkdir -m 0755 -- "$fresh"
tar --no-same-owner -zxf "$cached" -C "$fresh"
[ ! -L "$fresh/$entry" ] && [ -f "$fresh/$entry" ] || die 65 "the package $name has no $entry"
got=$(sha256sum < "$fresh/$entry" | cut -d ' ' -f 1)
[ "$got" = "$sha" ] || die 74 "$entry of $name has sha256 $got, not $sha"
chmod 0755 "$fresh/$entry"
chown -R "$owner:$group" "$fresh"
if command -v restorecon >/dev/null 2>&1; then restorecon -R -- "$fresh" 2>/dev/null || true; fi
mv -T -- "$fresh" "$staged"
`,
}

const stagedEntry = (step: StepOf<'binaries-staged'>): string => `${stagedBinaries(step)}/${step.entry}`

/** The package is unpacked and verified beside the live files, or live already; nothing that runs notices. The folder must exist. */
export const binariesStaged: StepKind<StepOf<'binaries-staged'>> = {
  needs: (step) => [{ probe: 'path', path: stagedEntry(step), hash: true }, ...liveNeeds(step)],
  satisfied(step, seen) {
    const live = isLive(step, seen)
    return live === 'yes' ? 'yes' : isProgram(seen, stagedEntry(step), step)
  },
  acts: (step) => [{ act: 'exec', argv: bash(binariesStagedScript, ...unpackWords(step)), as: 'root', deadlineMs: longMs }],
  predict: (step, seen) => (isLive(step, seen) === 'yes' ? seen : withProgram(seen, stagedEntry(step), step)),
  explain: (step, seen) => ({
    expected: `executable file of ${step.owner}:${step.group}, sha256 ${step.entrySha256.slice(0, 12)}`,
    seen: pathInWords(seen.paths[stagedEntry(step)]),
  }),
  afterCrash: 'probe',
}
