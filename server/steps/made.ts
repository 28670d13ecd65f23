import { bash, head } from './script'
import { panelRoot } from './staging'

/**
 * For scripts: `made WHAT` says that WHAT did not exist and is about to be made: a path, `user NAME` or `group NAME`. It is written
 * down on the host before it is made, because what the script prints is lost when the link or the runner dies.
 */
export const madeFunction = `made() {
  if [ -n "\${DM_PANEL_MADE:-}" ]; then printf '%s %s\\n' "$DM_PANEL_STEP" "$1" >> "$DM_PANEL_MADE"; fi
  printf '::made %s\\n' "$1"
}
`

/** For the fence: where a job's scripts write what they make, and under which step's tag. */
export const madeSpool = `if [ -n "$tag" ]; then
  if [ ! -d ${panelRoot}/made ]; then mkdir -p ${panelRoot}/made; chmod 0700 ${panelRoot}/made; fi
  export DM_PANEL_MADE="${panelRoot}/made/$job" DM_PANEL_STEP="$tag"
fi
`

export const madeReadScript = {
  name: 'made-read',
  text: `${head}spool=${panelRoot}/made/$1
if [ -f "$spool" ]; then cat -- "$spool"; fi
`,
}

/** argv, as root: prints all that a job's scripts made on this host, a line each: `TAG WHAT`. */
export const madeRead = (jobId: string): string[] => bash(madeReadScript, jobId)

/** What `madeRead` printed, by tag. */
export const parseMade = (stdout: string): ReadonlyMap<string, readonly string[]> => {
  const byTag = new Map<string, string[]>()
  for (const line of stdout.split('\n')) {
    const [, tag, what] = /^(\S+) (.+)$/.exec(line) ?? []
    if (tag !== undefined && what !== undefined) byTag.set(tag, [...(byTag.get(tag) ?? []), what])
  }
  return byTag
}
