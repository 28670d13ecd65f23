import type { HostFacts, PathFact } from '@/server/domain/facts'
import type { StepOf } from '@/server/domain/step'
import { bash, head, longMs } from './script'
import type { StepKind } from './step-kind'
import { judged, pathInWords } from './verdict'

export const pathAbsentScript = {
  name: 'path-absent',
  text: `${head}path=$1 how=$2
case "$path" in /*) ;; *) die 64 "$path is not absolute" ;; esac
case "$path/" in *//* | */./* | */../*) die 64 "$path is not a plain path" ;; esac
depth=$(printf '%s' "$path" | tr -cd / | wc -c)
if [ "$how" != only-empty ] && [ "$depth" -lt 2 ]; then die 73 "$path is too near to the root to be deleted with all that is in it"; fi
case "$path" in
  / | /proc/* | /sys/* | /dev/* | /boot/* | /bin/* | /sbin/* | /lib/* | /lib64/*) die 73 "$path belongs to the system" ;;
  /usr/bin | /usr/sbin | /usr/lib | /usr/lib64 | /usr/share | /usr/local | /usr/local/bin | /var/lib | /var/log | /var/run | /var/tmp | /var/spool | /etc/systemd | /etc/systemd/system | /etc/ssh | /etc/sudoers.d | /run/systemd)
    [ "$how" = only-empty ] || die 73 "$path belongs to the system" ;;
esac
at=$path
while [ "$at" != / ]; do
  if [ -L "$at" ]; then die 73 "$at is a link"; fi
  at=$(dirname -- "$at")
done
if [ ! -e "$path" ]; then exit 0; fi
while read -r _ _ _ _ mount _; do
  mount=$(printf '%b' "\${mount//\\\\/\\\\0}")
  case "$mount" in "$path" | "$path"/*) die 73 "$mount is a mount point" ;; esac
done < /proc/self/mountinfo
if [ "$how" = only-empty ]; then
  if [ -d "$path" ] && [ -z "$(ls -A -- "$path" | head -n 1)" ]; then rmdir -- "$path"; fi
  exit 0
fi
rm -rf --one-file-system -- "$path"
case "$path" in /etc/systemd/system/*) systemctl daemon-reload || true ;; esac
`,
}

const isGone = (fact: PathFact, onlyEmpty: boolean): boolean =>
  !fact.exists || (onlyEmpty && (fact.type !== 'directory' || fact.empty === false))

const below = (path: string, top: string): boolean => path === top || path.startsWith(`${top}/`)

const without = (seen: HostFacts, top: string): HostFacts => ({
  ...seen,
  paths: {
    ...Object.fromEntries(Object.entries(seen.paths).map(([path, fact]) => [path, below(path, top) ? { exists: false as const } : fact])),
    [top]: { exists: false },
  },
})

/**
 * Nothing lies there any more. `onlyEmpty`: a directory is removed when it is empty, anything else stays and counts as done.
 * Refuses links anywhere in the path, mount points at or below it, and, unless onlyEmpty, a path right below the root.
 */
export const pathAbsent: StepKind<StepOf<'path-absent'>> = {
  needs: (step) => [{ probe: 'path', path: step.path, hash: false }],
  satisfied: (step, seen) => judged(seen.paths[step.path], (fact) => isGone(fact, step.onlyEmpty)),
  acts: (step) => [
    {
      act: 'exec',
      argv: bash(pathAbsentScript, step.path, step.onlyEmpty ? 'only-empty' : 'all'),
      as: 'root',
      deadlineMs: longMs,
    },
  ],
  predict(step, seen) {
    const before = seen.paths[step.path]
    return before && isGone(before, step.onlyEmpty) ? seen : without(seen, step.path)
  },
  explain: (step, seen) => ({
    expected: step.onlyEmpty ? 'absent, or not empty' : 'absent',
    seen: pathInWords(seen.paths[step.path]),
  }),
  afterCrash: 'probe',
}
