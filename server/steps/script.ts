/**
 * A fixed text for bash whose arguments are positional: nothing is ever pasted into it. The name travels as $0,
 * so that simulated hosts know it and refuse what they don't know.
 * A script says what it makes anew by `made WHAT` (made.ts): lines `::made <what>` on stdout, which the engine takes out of the output.
 */
export type Script = { name: string; text: string }

/** argv of a script with its arguments. */
export const bash = (script: Script, ...args: readonly string[]): string[] => [
  '/bin/bash',
  '-c',
  script.text,
  `dm-panel:${script.name}`,
  ...args,
]

/** Head of every script that changes something: stops at the first error, finds system programs, speaks English. */
export const head = `set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
umask 022
die() { code=$1; shift; printf '%s\\n' "$*" >&2; exit "$code"; }
`

/** How long a script may take when nothing large is moved (TiUP's own default of `--wait-timeout`). */
export const shortMs = 120_000
/** Unpacking and hashing of a package on a slow disk. */
export const longMs = 600_000
