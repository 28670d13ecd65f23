import { madeSpool } from './made'
import { bash, head } from './script'
import { panelRoot } from './staging'

const folder = `${panelRoot}/lock`

/** Exit statuses of the scripts below. */
export const lockExit = { notOurs: 97, otherPanel: 98, stillBusy: 75 } as const

// The file is written in place and never renamed over, because a flock belongs to the inode; whoever waited for a file
// that was removed meanwhile begins anew. Content: one line `panel job attempt`.
const openLocked = (mode: '-x' | '-s', waitS: string): string => `while :; do
  exec 9>&-
  ${mode === '-x' ? `exec 9>>"$lock" || { mkdir -p -m 0700 ${folder}; exec 9>>"$lock"; }` : '[ -f "$lock" ] || die 97 "no lock of this job on this host"; exec 9<"$lock"'}
  flock ${mode} -w ${waitS} 9 || die 75 "a command of an earlier attempt still runs"
  if [ /dev/fd/9 -ef "$lock" ]; then break; fi
done
line=$(head -n 1 -- "$lock")
read -r has_panel has_job has_attempt rest <<< "$line" || true
`

export const lockTakeScript = {
  name: 'lock-take',
  text: `${head}lock=${folder}/$1 panel=$2 job=$3 attempt=$4 wait=$5
mkdir -p ${folder}
chmod 0711 /var/lib/dm-panel
chmod 0700 ${folder}
[ ! -L "$lock" ] || die 73 "$lock is a link"
if [ -s "$lock" ]; then
  read -r has_panel rest < "$lock" || true
  if [ "$has_panel" != "$panel" ]; then head -n 1 -- "$lock"; exit 98; fi
fi
${openLocked('-x', '"$wait"')}if [ -n "\${has_panel:-}" ] && [ "$has_panel" != "$panel" ]; then printf '%s\\n' "$line"; exit 98; fi
if [ "\${has_job:-}" = "$job" ] && [ "$has_attempt" -gt "$attempt" ]; then die 97 "attempt $has_attempt of this job has taken over"; fi
printf '%s %s %s\\n' "$panel" "$job" "$attempt" > "$lock"
`,
}

export type LockHolder = { cluster: string; panelId: string; jobId: string; attempt: number }

/**
 * argv, as root: takes a host for an attempt of a job. Waits for a command that an earlier attempt left running, up to `waitS`
 * (exit 75). Another panel's lock is refused (exit 98, its line on stdout), a later attempt of this job too (97). Words must have no spaces.
 */
export const lockTake = ({ cluster, panelId, jobId, attempt }: LockHolder, waitS = 100): string[] =>
  bash(lockTakeScript, cluster, panelId, jobId, String(attempt), String(waitS))

export const lockReleaseScript = {
  name: 'lock-release',
  text: `${head}lock=${folder}/$1 panel=$2 job=$3 attempt=$4 wait=$5
[ -f "$lock" ] || exit 0
${openLocked('-x', '"$wait"')}[ -n "$line" ] || { rm -f -- "$lock"; exit 0; }
[ "$has_panel $has_job $has_attempt" = "$panel $job $attempt" ] || die 97 "the lock is held by $line"
rm -f -- "$lock"
# The last job on this host leaves none of the panel's folders behind that are empty.
if rmdir ${folder} 2>/dev/null; then
  rmdir ${panelRoot}/exports ${panelRoot}/made ${panelRoot}/staged ${panelRoot}/packages ${panelRoot}/incoming/* ${panelRoot}/incoming ${panelRoot} 2>/dev/null || true
fi
`,
}

/** argv, as root: gives a host back. Nothing to give back is fine; a lock that is not this attempt's stays (exit 97). */
export const lockRelease = ({ cluster, panelId, jobId, attempt }: LockHolder, waitS = 100): string[] =>
  bash(lockReleaseScript, cluster, panelId, jobId, String(attempt), String(waitS))

export const fencedScript = {
  name: 'fenced',
  // The command inherits descriptor 9, so that the lock is held as long as it lives even when this shell is killed.
  text: `${head}lock=${folder}/$1 job=$2 attempt=$3 seconds=$4 user=$5 tag=$6
shift 6
${openLocked('-s', '30')}[ "\${has_job:-} \${has_attempt:-}" = "$job $attempt" ] || die 97 "this host's lock says: $line"
${madeSpool}if [ -n "$user" ]; then set -- runuser -u "$user" -- "$@"; fi
code=0
timeout -k 10 "$seconds" "$@" || code=$?
exit "$code"
`,
}

/**
 * argv, as root: runs a command under the host's lock, as root or as `user`. Exit 97 and nothing run when the lock is not this
 * attempt's; 124 (137) when the deadline ended the command; else the command's own status.
 */
export const fenced = (fence: {
  cluster: string
  jobId: string
  attempt: number
  deadlineMs: number
  user?: string
  /** Of the step that the command belongs to (`idHash` of its id): what it makes is written down under it. */
  tag?: string
  argv: readonly string[]
}): string[] => {
  const seconds = Math.max(1, Math.ceil(fence.deadlineMs / 1000))
  return bash(
    fencedScript,
    fence.cluster,
    fence.jobId,
    String(fence.attempt),
    String(seconds),
    fence.user ?? '',
    fence.tag ?? '',
    ...fence.argv,
  )
}
