import type { StepOf } from '@/server/domain/step'
import { bash, head, shortMs } from './script'
import type { StepKind } from './step-kind'
import { userInWords } from './user-present'
import { judged } from './verdict'

export const userAbsentScript = {
  name: 'user-absent',
  // The login that runs this may be the user's own: its processes up to here don't count, nor do idle sshd and systemd ones.
  text: `${head}user=$1 group=$2
if getent passwd "$user" >/dev/null; then
  [ "$(id -u "$user")" -ge 100 ] || die 65 "$user is a system account"
  ours=" "
  at=$$
  while [ "\${at:-0}" -gt 1 ]; do
    ours="$ours$at "
    at=$(awk '/^PPid:/ {print $2}' "/proc/$at/status" 2>/dev/null || true)
  done
  for proc in /proc/[0-9]*; do
    pid=\${proc#/proc/}
    [ "$(stat -c %U "$proc" 2>/dev/null || true)" = "$user" ] || continue
    case "$ours" in *" $pid "*) continue ;; esac
    case "$(cat "$proc/comm" 2>/dev/null || true)" in
      sshd* | sftp-server | systemd | '(sd-pam)' | dbus-daemon | '') ;;
      *) die 65 "process $pid ($(cat "$proc/comm" 2>/dev/null || true)) of $user still runs" ;;
    esac
  done
  userdel -f -r "$user" || { code=$?; [ "$code" = 12 ] || exit "$code"; }
fi
if getent group "$group" >/dev/null; then
  gid=$(getent group "$group" | cut -d : -f 3)
  if getent passwd | awk -F : -v gid="$gid" '$4 == gid {found = 1} END {exit !found}'; then exit 0; fi
  groupdel "$group"
fi
`,
}

/** The account and its home are gone, and the group with them when nobody else has it. Refuses while other processes of it run. */
export const userAbsent: StepKind<StepOf<'user-absent'>> = {
  needs: (step) => [{ probe: 'user', user: step.user }],
  satisfied: (step, seen) => judged(seen.users[step.user], (fact) => !fact.exists),
  acts: (step) => [{ act: 'exec', argv: bash(userAbsentScript, step.user, step.group), as: 'root', deadlineMs: shortMs }],
  predict: (step, seen) => ({ ...seen, users: { ...seen.users, [step.user]: { exists: false } } }),
  explain: (step, seen) => ({ expected: `no user ${step.user}`, seen: userInWords(seen.users[step.user]) }),
  afterCrash: 'probe',
}
