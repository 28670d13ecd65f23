/**
 * Running a package's program with `-V` on a host, as the deploy user, in a private folder of his home. Fixed texts with positional
 * arguments, as all that hosts run. The panel's own machine never runs anything of a package.
 */
const head = `export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
umask 077
die() { code=$1; shift; printf '%s\\n' "$*" >&2; exit "$code"; }
`

/** Prints `<kernel> <machine>` and the folder. What a try of the past could not remove is removed. */
export const tryPrepareScript = {
  name: 'try-prepare',
  text: `${head}home=\${HOME:-}
[ -n "$home" ] && [ -d "$home" ] && [ -w "$home" ] || die 73 "\${home:-no home folder} can't be written to"
find "$home" -maxdepth 1 -type d -name '.dm-panel-try-*' -mmin +60 -exec rm -rf -- {} + 2>/dev/null || true
uname -sm
mktemp -d "$home/.dm-panel-try-XXXXXXXXXX"
`,
}

/** Unpacks the program alone, checks that it is the very file, runs it with the flag, and leaves nothing. */
export const tryRunScript = {
  name: 'try-run',
  text: `${head}folder=$1 name=$2 entry=$3 sha=$4 flag=$5 seconds=$6
cd "$folder" || die 66 "$folder is gone"
trap 'cd / && rm -rf -- "$folder"' EXIT
tar --no-same-owner -xzf package.tar.gz -- "$entry" 2>/dev/null || tar --no-same-owner -xzf package.tar.gz -- "./$entry" || die 65 "$name has no $entry"
rm -f -- package.tar.gz
[ ! -L "$entry" ] && [ -f "$entry" ] || die 65 "$name has no file $entry"
got=$(sha256sum < "$entry" | cut -d ' ' -f 1)
[ "$got" = "$sha" ] || die 74 "$entry of $name has sha256 $got, not $sha"
chmod 0700 "$entry"
said=$(env -i PATH="$PATH" HOME="$folder" timeout -k 2 "$seconds" "./$entry" "$flag" </dev/null 2>&1 | head -c 4096; exit "\${PIPESTATUS[0]}")
code=$?
printf '%s\\n' "$said"
exit "$code"
`,
}

export const tryCleanScript = {
  name: 'try-clean',
  text: `${head}case $1 in */.dm-panel-try-*) rm -rf -- "$1" ;; *) die 64 "$1 is not a folder of a try" ;; esac
`,
}

const argvOf = ({ name, text }: { name: string; text: string }, ...args: readonly string[]): string[] => [
  '/bin/bash',
  '-c',
  text,
  `dm-panel:${name}`,
  ...args,
]

export const tryPrepare = (): string[] => argvOf(tryPrepareScript)

/** `seconds`: after which the program is ended. */
export const tryRun = (asked: {
  folder: string
  name: string
  entry: string
  entrySha256: string
  flag: string
  seconds: number
}): string[] => argvOf(tryRunScript, asked.folder, asked.name, asked.entry, asked.entrySha256, asked.flag, String(asked.seconds))

export const tryClean = (folder: string): string[] => argvOf(tryCleanScript, folder)

/** Platform and folder from what `tryPrepare` printed; undefined when it printed something else. */
export const parsePrepared = (stdout: string): { platform: string; folder: string } | undefined => {
  const [, kernel = '', machine = '', folder] = /^(\S+) (\S+)\n(\/.*\/\.dm-panel-try-\w+)\n?$/.exec(stdout) ?? []
  const arch = machine === 'x86_64' ? 'amd64' : machine === 'aarch64' ? 'arm64' : machine
  return folder === undefined ? undefined : { platform: `${kernel.toLowerCase()}/${arch}`, folder }
}
