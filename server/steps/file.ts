import type { StepOf } from '@/server/domain/step'
import { madeFunction } from './made'
import { bash, head, shortMs } from './script'
import { stagedPath } from './staging'
import type { StepKind } from './step-kind'
import { pathInWords, withPath } from './verdict'

export const fileScript = {
  name: 'file',
  // Copied into the target's folder, not moved there: the new file gets that folder's SELinux label, and the rename is atomic.
  text: `${head}${madeFunction}staged=$1 target=$2 owner=$3 group=$4 mode=$5
shift 5
[ ! -L "$staged" ] && [ -f "$staged" ] || die 66 "nothing is staged for $target"
[ ! -d "$target" ] || die 73 "$target is a directory"
check=()
for word in "$@"; do check+=("\${word//'{staged}'/"$staged"}"); done
if [ "\${#check[@]}" -gt 0 ]; then "\${check[@]}" || die 65 "the check of $target refused its new content"; fi
fresh=\${target%/*}/.\${target##*/}.dm-panel
trap 'rm -f -- "$fresh"' EXIT
rm -f -- "$fresh"
(umask 077; cp -- "$staged" "$fresh")
chown "$owner:$group" "$fresh"
chmod "$mode" "$fresh"
if [ ! -e "$target" ] && [ ! -L "$target" ]; then made "$target"; fi
mv -fT -- "$fresh" "$target"
rm -f -- "$staged"
`,
}

/**
 * A file with this content, owner and mode. A secret's hash is not compared (a plan must not hold the hash of a text that
 * can be guessed): with the right owner and mode its verdict is `unknown`, so it is always written, and never `yes`.
 */
export const file: StepKind<StepOf<'file'>> = {
  needs: (step) => [{ probe: 'path', path: step.path, hash: !step.content.secret }],
  satisfied(step, seen) {
    const fact = seen.paths[step.path]
    if (!fact) return 'unknown'
    if (!fact.exists || fact.type !== 'file') return 'no'
    if (fact.mode !== step.mode || fact.owner !== step.owner || fact.group !== step.group) return 'no'
    if (step.content.secret || fact.sha256 === undefined) return 'unknown'
    return fact.sha256 === step.content.sha256 ? 'yes' : 'no'
  },
  acts: (step) => [
    { act: 'put', content: { blob: step.content }, path: stagedPath(step.id) },
    {
      act: 'exec',
      argv: bash(fileScript, stagedPath(step.id), step.path, step.owner, step.group, step.mode, ...(step.check ?? [])),
      as: 'root',
      deadlineMs: shortMs,
    },
  ],
  predict: (step, seen) =>
    withPath(seen, step.path, {
      exists: true,
      type: 'file',
      mode: step.mode,
      owner: step.owner,
      group: step.group,
      sizeBytes: step.content.sizeBytes,
      mountPoint: false,
      ...(step.content.secret ? {} : { sha256: step.content.sha256 }),
    }),
  explain: (step, seen) => ({
    expected: `${step.mode} ${step.owner}:${step.group} file${step.content.secret ? '' : `, sha256 ${step.content.sha256.slice(0, 12)}`}`,
    seen: pathInWords(seen.paths[step.path]),
  }),
  afterCrash: 'probe',
}
