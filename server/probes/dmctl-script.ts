import type { DmctlRef } from '@/server/domain/step'
import { type DmctlCommand, dmctlWords } from './dmctl-commands'
import { cachedPackagePath } from './package-in-cache'

const root = '/var/lib/dm-panel'

/**
 * Runs as root. dmctl is unpacked from the host's cache, whose packages only root reads, into a folder of root's, and
 * run as the deploy user in a folder that only this user enters. Proxies of the environment are left out, because gRPC would use them.
 * What is given in $input (root's, staged) is removed in the end, however the script ends.
 */
const headWith = (box: string): string => `set -eu
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
umask 022
die() { code=$1; shift; printf '%s\\n' "$*" >&2; exit "$code"; }
cached=$1 entry=$2 user=$3 masters=$4 seconds=$5 ca=$6 cert=$7 key=$8
shift 8
[ -f "$cached" ] || die 66 "the package of dmctl is not in this host's cache"
id -u -- "$user" > /dev/null 2>&1 || die 67 "this host has no user $user"
find ${root} -maxdepth 1 -name 'dmctl.*' -mmin +60 -exec rm -rf -- {} +
input=
${box}
trap 'cd /; rm -rf -- "$box"; if [ -n "$input" ]; then rm -f -- "$input"; fi' EXIT
trap 'exit 143' TERM INT HUP
chmod 0711 "$box"
mkdir -m 0755 "$box/program"
tar --no-same-owner -zxf "$cached" -C "$box/program"
[ ! -L "$box/program/$entry" ] && [ -f "$box/program/$entry" ] || die 65 "the package of dmctl has no $entry"
chmod -R a+rX "$box/program"
chmod 0755 "$box/program/$entry"
mkdir -m 0700 "$box/work"
chown "$user:" "$box/work"
cd "$box/work"
as_user() {
  runuser -u "$user" -- env -u http_proxy -u https_proxy -u all_proxy -u HTTP_PROXY -u HTTPS_PROXY -u ALL_PROXY HOME="$box/work" "$@"
}
flags=(--master-addr "$masters" --rpc-timeout "\${seconds}s")
if [ -n "$ca" ]; then flags+=(--ssl-ca "$ca" --ssl-cert "$cert" --ssl-key "$key"); fi
# Sets said and code. dmctl ends with 0 even when its answer is a refusal (recorded a1): the answer's own, outermost result decides.
ask() {
  code=0
  said=$(as_user timeout -k 5 "$((seconds + 5))" "$box/program/$entry" "\${flags[@]}" "$@" 2>&1 < /dev/null) || code=$?
  if [ "$code" = 0 ] && grep -q '^    "result": false' <<< "$said"; then code=65; fi
}
input=$1 keep=$2
shift 2
form=\${input%%:*} input=\${input#*:}
if [ -n "$input" ]; then
  [ -f "$input" ] || die 66 "nothing is staged for dmctl"
  as_user mkdir -m 0700 in
  case "$form" in
    tar) as_user tar -zx -C in < "$input" ;;
    tar64) base64 -d "$input" | as_user sh -c 'umask 077; tar -zx -C in' ;;
    *) as_user sh -c 'umask 077; cat > in/input.yaml' < "$input" ;;
  esac
fi
`

const dmctlHead = headWith(`box=$(mktemp -d ${root}/dmctl.XXXXXX)`)

export const dmctlScript = {
  name: 'dmctl',
  text: `${dmctlHead}while [ $# -gt 0 ]; do
  ask "\${@:2:$1}"
  shift $(($1 + 1))
  printf '::dmctl %s\\n%s\\n' "$code" "$said"
  if [ "$code" != 0 ]; then tail -n 20 <<< "$said" >&2; exit "$code"; fi
done
if [ -n "$keep" ]; then
  [ -d out ] || die 66 "dmctl left nothing to keep"
  if [ ! -d "\${keep%/*}" ]; then mkdir -p "\${keep%/*}"; fi
  chmod 0700 "\${keep%/*}"
  (umask 077; as_user tar -cz --sort=name -C "$box/work/out" . > "$keep.new")
  mv -fT -- "$keep.new" "$keep"
  printf '::kept %s %s\\n' "$(stat -c %s -- "$keep")" "$(sha256sum < "$keep" | cut -d ' ' -f 1)"
fi
`,
}

export const dmctlKeptScript = {
  name: 'dmctl-kept',
  text: `kept=$1
[ ! -L "$kept" ] && [ -f "$kept" ] || { printf 'nothing is kept at %s\\n' "$kept" >&2; exit 66; }
base64 -w 0 -- "$kept"
`,
}

/**
 * `config import` where DM has no source yet; else, after an import that was broken off, one by one what is not there. The names of the files are
 * those of the sources and tasks, as `config export` writes them.
 */
export const dmctlImportScript = {
  name: 'dmctl-import',
  text: `${dmctlHead}tell() {
  printf '::dmctl %s\\n%s\\n' "$code" "$said"
  if [ "$code" != 0 ]; then tail -n 20 <<< "$said" >&2; exit "$code"; fi
}
ask operate-source show
tell
known=$said
if ! grep -q '"source": "' <<< "$known"; then
  ask config import -p in
  tell
  exit 0
fi
for file in in/sources/*.yaml; do
  [ -f "$file" ] || continue
  name=\${file##*/} name=\${name%.yaml}
  if grep -qF "\\"source\\": \\"$name\\"" <<< "$known"; then continue; fi
  ask operate-source create "$file"
  tell
done
for file in in/tasks/*.yaml; do
  [ -f "$file" ] || continue
  name=\${file##*/} name=\${name%.yaml}
  ask query-status "$name"
  if [ "$code" = 0 ]; then continue; fi
  if [ "$code" != 65 ]; then tell; fi
  ask start-task "$file"
  tell
done
`,
}

/**
 * A line that a user typed, in a folder that its plan names ($2 of the rest), so that whatever is left of it can be found: the staged input
 * lies there too. What dmctl says is the result, a refusal too: the status is 0 then.
 */
export const dmctlTypedScript = {
  name: 'dmctl-typed',
  text: `${headWith('box=$2\nmkdir -p "$box"\nrm -rf -- "$box/program" "$box/work"')}ask "$@"
printf '::dmctl %s\\n%s\\n' "$code" "$said"
`,
}

/** Where a run's input lies until its script takes it; below `box`. */
export const typedInput = (box: string): string => `${box}/input`

/** Paths on the host, readable by the deploy user. */
export type DmctlTls = { ca: string; cert: string; key: string }
export type DmctlHow = { tls?: DmctlTls /** Of one call, for its RPC. */; seconds?: number }

const defaultSeconds = 60

const bashOf = (script: { name: string; text: string }, ...args: readonly string[]): string[] => [
  '/bin/bash',
  '-c',
  script.text,
  `dm-panel:${script.name}`,
  ...args,
]

const common = ({ packageSha256, entry, user, masters }: DmctlRef, { tls, seconds = defaultSeconds }: DmctlHow): string[] => [
  cachedPackagePath(packageSha256),
  entry,
  user,
  masters.join(','),
  String(seconds),
  tls?.ca ?? '',
  tls?.cert ?? '',
  tls?.key ?? '',
]

/**
 * argv, as root on a master's host: runs dmctl once per command, as the deploy user, and prints each answer for `parseDmctlRun`.
 * Stops at the first that fails: 65 for an answer with `result: false`, 66 when something is missing, 124 when it took too long, else dmctl's own status.
 * `input`: a staged file of root's that dmctl reads as `in/input.yaml`, or a tar.gz unpacked into `in`; removed afterwards. `keep`: where a
 * tar.gz of `out` is left, root's, 0600. Neither secrets nor their files' contents are printed; passwords belong into the input.
 */
export const runDmctl = (
  ref: DmctlRef,
  commands: readonly DmctlCommand[],
  how: DmctlHow & { input?: { file: string } | { tar: string }; keep?: string } = {},
): string[] => {
  const { input, keep = '' } = how
  const given = input === undefined ? '' : 'file' in input ? `file:${input.file}` : `tar:${input.tar}`
  return bashOf(
    dmctlScript,
    ...common(ref, how),
    given,
    keep,
    ...commands.map(dmctlWords).flatMap((words) => [String(words.length), ...words]),
  )
}

/** argv, as root on a master's host: imports an export that is staged as base64 (root's, 0600), and removes it. */
export const importByDmctl = (ref: DmctlRef, staged: string, how: DmctlHow = {}): string[] =>
  bashOf(dmctlImportScript, ...common(ref, how), `tar64:${staged}`, '')

/** argv, as root on a master's host: a user's own words for dmctl, in a folder of their own. `input`: base64 of a tar.gz is staged. */
export const runTyped = (ref: DmctlRef, run: { words: readonly string[]; box: string; input: boolean; seconds: number }): string[] =>
  bashOf(dmctlTypedScript, ...common(ref, { seconds: run.seconds }), run.input ? `tar64:${typedInput(run.box)}` : '', run.box, ...run.words)

/** argv, as root: prints a kept export as base64. It holds passwords: for `Transport.run` only, never for an act, whose output is journalled. */
export const readKept = (path: string): string[] => bashOf(dmctlKeptScript, path)
