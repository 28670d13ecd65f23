import type { StepOf } from '@/server/domain/step'
import { bash, head } from './script'
import type { StepKind } from './step-kind'

const read = `
set -eu -o pipefail
die() { code=$1; shift; printf "%s\\n" "$*" >&2; exit "$code"; }
[ -f "$1" ] || die 66 "$1 is no file that this user sees"
[ -r "$1" ] || die 77 "this user may not read $1"
case $2 in
  size) stat -L -c %s -- "$1" ;;
  piece) dd if="$1" iflag=skip_bytes,count_bytes,fullblock bs=256K skip="$3" count="$4" status=none | base64 -w 0 ;;
  hash) head -c "$3" -- "$1" | sha256sum | cut -d " " -f 1 ;;
esac
`

/** Reads a file for one user: its size, a piece of it in base64, the hash of its first bytes. Changes nothing. */
export const fileReadScript = {
  name: 'file-read',
  text: `${head}user=$1
shift
run=()
if [ "$user" != root ]; then
  command -v setpriv > /dev/null || die 69 "this host has no setpriv (package util-linux)"
  run=(runuser -u "$user" -- setpriv --no-new-privs)
fi
cd /
"\${run[@]}" /bin/bash -c '${read}' dm-panel-read "$@"
`,
}

type Read = { user: string; path: string }
/** argv, as root. */
export const readSize = ({ user, path }: Read): string[] => bash(fileReadScript, user, path, 'size')
export const readPiece = ({ user, path }: Read, from: number, count: number): string[] =>
  bash(fileReadScript, user, path, 'piece', String(from), String(count))
export const readHash = ({ user, path }: Read, bytes: number): string[] => bash(fileReadScript, user, path, 'hash', String(bytes))

/** A file from a host, as it is when its turn comes: a log may have grown since the review. */
export const filePulled: StepKind<StepOf<'file-pulled'>> = {
  needs: () => [],
  satisfied: () => 'unknown',
  acts: ({ path, user, limitBytes }) => [{ act: 'pull', path, user, limitBytes }],
  predict: (_step, seen) => seen,
  explain: (step) => ({ expected: `${step.path} in the data folder`, seen: 'not there' }),
  afterCrash: 'repeat',
}
