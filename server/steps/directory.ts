import type { StepOf } from '@/server/domain/step'
import { madeFunction } from './made'
import { bash, head, shortMs } from './script'
import type { StepKind } from './step-kind'
import { judged, pathInWords, withPath } from './verdict'

export const directoryScript = {
  name: 'directory',
  text: `${head}${madeFunction}path=$1 owner=$2 group=$3 mode=$4
case "$path" in /*) ;; *) die 64 "$path is not absolute" ;; esac
[ ! -L "$path" ] || die 73 "$path is a link"
missing=()
at=$path
while [ ! -e "$at" ]; do
  [ ! -L "$at" ] || die 73 "$at is a dangling link"
  missing=("$at" "\${missing[@]+"\${missing[@]}"}")
  at=$(dirname -- "$at")
done
[ -d "$at" ] || die 73 "$at is not a directory"
for one in "\${missing[@]+"\${missing[@]}"}"; do
  made "$one"
  mkdir -- "$one"
  chown "$owner:$group" "$one"
  chmod "$mode" "$one"
done
chown "$owner:$group" "$path"
chmod "$mode" "$path"
`,
}

/** A directory with this owner and mode; every missing level above is made alike. A link is refused, not followed. */
export const directory: StepKind<StepOf<'directory'>> = {
  needs: (step) => [{ probe: 'path', path: step.path, hash: false }],
  satisfied: (step, seen) =>
    judged(
      seen.paths[step.path],
      (fact) =>
        fact.exists && fact.type === 'directory' && fact.mode === step.mode && fact.owner === step.owner && fact.group === step.group,
    ),
  acts: (step) => [
    { act: 'exec', argv: bash(directoryScript, step.path, step.owner, step.group, step.mode), as: 'root', deadlineMs: shortMs },
  ],
  predict(step, seen) {
    const before = seen.paths[step.path]
    const kept = before?.exists && before.type === 'directory' ? before : undefined
    return withPath(seen, step.path, {
      exists: true,
      type: 'directory',
      mode: step.mode,
      owner: step.owner,
      group: step.group,
      sizeBytes: kept?.sizeBytes ?? 0,
      mountPoint: kept?.mountPoint ?? false,
      empty: kept?.empty ?? true,
    })
  },
  explain: (step, seen) => ({
    expected: `${step.mode} ${step.owner}:${step.group} directory`,
    seen: pathInWords(seen.paths[step.path]),
  }),
  afterCrash: 'probe',
}
