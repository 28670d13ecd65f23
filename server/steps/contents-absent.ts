import { usageKey } from '@/server/domain/facts'
import type { StepOf } from '@/server/domain/step'
import { logFilter } from '@/server/probes/usage'
import { bash, head, longMs } from './script'
import type { StepKind } from './step-kind'
import { judged } from './verdict'

export const contentsAbsentScript = {
  name: 'contents-absent',
  text: `${head}path=$1 only=$2
case "$path" in /*) ;; *) die 64 "$path is not absolute" ;; esac
case "$path/" in *//* | */./* | */../*) die 64 "$path is not a plain path" ;; esac
case "$path" in
  / | /proc | /proc/* | /sys | /sys/* | /dev | /dev/* | /boot | /boot/* | /bin | /bin/* | /sbin | /sbin/* | /lib | /lib/* | /lib64 | /lib64/* | /etc | /etc/* | /usr | /usr/bin | /usr/sbin | /usr/lib | /usr/lib64 | /usr/share | /usr/local | /usr/local/bin | /var | /var/lib | /var/log | /var/run | /var/tmp | /var/spool | /home | /root | /run | /tmp | /opt | /srv | /mnt | /media)
    die 73 "$path belongs to the system" ;;
esac
at=$path
while [ "$at" != / ]; do
  if [ -L "$at" ]; then die 73 "$at is a link"; fi
  at=$(dirname -- "$at")
done
if [ ! -e "$path" ]; then exit 0; fi
[ -d "$path" ] || die 73 "$path is not a directory"
while read -r _ _ _ _ mount _; do
  mount=$(printf '%b' "\${mount//\\\\/\\\\0}")
  case "$mount" in "$path"/*) die 73 "$mount is a mount point" ;; esac
done < /proc/self/mountinfo
if [ "$only" = logs ]; then
  find "$path" -mindepth 1 -maxdepth 1 ${logFilter} -delete
else
  find "$path" -mindepth 1 -maxdepth 1 ! -name lost+found -exec rm -rf --one-file-system -- {} +
fi
`,
}

/** The folder stays, empty but for `lost+found`, or without its logs. Links in it go, what they name does not. */
export const contentsAbsent: StepKind<StepOf<'contents-absent'>> = {
  needs: (step) => [{ probe: 'usage', path: step.path, only: step.only, size: false }],
  // A link is not followed: its goal can't be met, and the script says so.
  satisfied: (step, seen) =>
    judged(seen.usage[usageKey(step.path, step.only)], (fact) => fact.entries === 0 && (fact.real === '' || fact.real === step.path)),
  acts: (step) => [{ act: 'exec', argv: bash(contentsAbsentScript, step.path, step.only), as: 'root', deadlineMs: longMs }],
  predict(step, seen) {
    const key = usageKey(step.path, step.only)
    const before = seen.usage[key]
    return { ...seen, usage: { ...seen.usage, [key]: { entries: 0, real: before?.real === '' ? '' : step.path } } }
  },
  explain(step, seen) {
    const fact = seen.usage[usageKey(step.path, step.only)]
    const link = fact && fact.real !== '' && fact.real !== step.path ? `, a link to ${fact.real}` : ''
    return { expected: '0 entries', seen: fact ? `${fact.entries} entries${link}` : 'unknown' }
  },
  afterCrash: 'probe',
}
