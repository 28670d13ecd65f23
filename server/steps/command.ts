import type { StepOf } from '@/server/domain/step'
import { bash, head, shortMs } from './script'
import type { StepKind } from './step-kind'

/**
 * The one script that runs a user's own text. It is given as an argument, and handed to `/bin/sh -c` as one. The deploy user has sudo
 * without a password; without new privileges the command can't use it. The last line of stdout, by its mark, is how the command ended;
 * what the script itself can't do ends with its own status and no mark. `timeout` is found by `command-end` through its pid file, in
 * /run, so that a reboot forgets it.
 */
export const commandScript = {
  name: 'command',
  text: `${head}user=$1 seconds=$2 mark=$3 text=$4
unset DM_PANEL_MADE DM_PANEL_STEP SUDO_COMMAND SUDO_USER SUDO_UID SUDO_GID
entry=$(getent passwd "$user") || die 67 "this host has no user $user"
home=$(printf '%s' "$entry" | cut -d: -f6)
set -- /bin/sh -c "$text"
if [ "$user" != root ]; then
  command -v setpriv > /dev/null || die 69 "this host has no setpriv (package util-linux)"
  set -- runuser -u "$user" -- setpriv --no-new-privs "$@"
fi
export HOME="$home" USER="$user" LOGNAME="$user" SHELL=/bin/sh
cd -- "$home" 2> /dev/null || cd /
began=$SECONDS
file=/run/dm-panel.$mark
# The pid is there before the command is.
/bin/bash -c 'printf "%s\\n" "$$" > "$1"; shift; exec timeout -k 10 "$@"' sh "$file" "$seconds" "$@" < /dev/null &
code=0
wait "$!" || code=$?
rm -f -- "$file"
how=ended
if [ "$code" = 124 ] || [ "$code" = 137 ]; then
  [ $((SECONDS - began)) -lt "$seconds" ] || how=timeout
fi
printf '\\n::%s %s %s\\n' "$mark" "$code" "$how"
`,
}

/** argv, as root: runs a text as a user. `mark`: names this very run. */
export const runText = (run: { user: string; seconds: number; mark: string; text: string }): string[] =>
  bash(commandScript, run.user, String(run.seconds), run.mark, run.text)

/** What begins the line that says how a run ended. */
export const endMark = (mark: string): string => `\n::${mark} `

/** How a run ended; undefined when its script did not come to say it. */
export const endOfText = (stdout: string, mark: string): { code: number; timedOut: boolean } | undefined => {
  const at = stdout.lastIndexOf(endMark(mark))
  const [, code, how] = at < 0 ? [] : (/^(\d+) (ended|timeout)\n$/.exec(stdout.slice(at + endMark(mark).length)) ?? [])
  return code === undefined ? undefined : { code: Number(code), timedOut: how === 'timeout' }
}

export const commandEndScript = {
  name: 'command-end',
  text: `${head}file=/run/dm-panel.$1
[ -f "$file" ] || exit 0
pid=$(cat -- "$file")
[ "$(cat "/proc/$pid/comm" 2> /dev/null)" = timeout ] || exit 0
kill -TERM "$pid"
`,
}

/** argv, as root: ends a run with all that it started: SIGTERM, and SIGKILL after 10 s. One that is over is let be. */
export const endText = (mark: string): string[] => bash(commandEndScript, mark)

/** Longer than the command may take: it is ended by its own `timeout`, and its script then says how. */
export const deadlineOf = (seconds: number): number => seconds * 1000 + shortMs / 4

/** The user's own text, once. */
export const command: StepKind<StepOf<'command'>> = {
  needs: () => [],
  satisfied: () => 'unknown',
  acts: ({ command: text, sudo, seconds }) => [{ act: 'command', command: text, as: sudo ? 'root' : 'deploy', seconds }],
  predict: (_step, seen) => seen,
  explain: () => ({ expected: 'exit status 0', seen: 'no exit status' }),
  afterCrash: 'ask',
}
