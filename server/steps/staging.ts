import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { StepId } from '@/server/domain/step'
import { bash, head } from './script'

export const panelRoot = '/var/lib/dm-panel'
const root = panelRoot

/** Short, stable, and safe in a path. */
export const idHash = (text: string): string => bytesToHex(sha256(utf8ToBytes(text))).slice(0, 24)

/** Where a step's content lies, owned by root, until an exec makes it live. Cluster names keep two clusters' plans apart. */
export const stagedPath = (id: StepId): string => `${root}/staged/${idHash(id)}`

/** Where a login user may upload to: a folder of its own, below one that it can't list. */
export const landingPath = (user: string, staged: string): string => `${root}/incoming/${user}/${staged.slice(staged.lastIndexOf('/') + 1)}`

export const stagePrepareScript = {
  name: 'stage-prepare',
  text: `${head}user=$1
mkdir -p ${root}
chmod 0711 ${root}
for one in staged packages lock; do mkdir -p "${root}/$one"; chown 0:0 "${root}/$one"; chmod 0700 "${root}/$one"; done
mkdir -p ${root}/incoming
chown 0:0 ${root}/incoming
chmod 0711 ${root}/incoming
mine=${root}/incoming/$user
[ ! -L "$mine" ] || die 73 "$mine is a link"
mkdir -p "$mine"
chown "$user:" "$mine"
chmod 0700 "$mine"
`,
}

/** As root, before the first upload of a login user: makes the panel's folders on a host. Idempotent. */
export const stagePrepare = (user: string): string[] => bash(stagePrepareScript, user)

export const stageTakeScript = {
  name: 'stage-take',
  text: `${head}landed=$1 staged=$2 size=$3
[ ! -L "$landed" ] && [ -f "$landed" ] || die 66 "nothing was uploaded to $landed"
[ "$(stat -c %h -- "$landed")" = 1 ] || die 73 "$landed has other names"
got=$(stat -c %s -- "$landed")
[ "$got" = "$size" ] || die 74 "$landed has $got bytes, not $size"
mkdir -p "\${staged%/*}"
mv -fT -- "$landed" "$staged"
chown 0:0 "$staged"
chmod 0600 "$staged"
`,
}

/** As root, after an upload: takes the content from the login user and gives it the staged name (root, 0600). */
export const stageTake = (landed: string, staged: string, sizeBytes: number): string[] =>
  bash(stageTakeScript, landed, staged, String(sizeBytes))

export const stageCleanScript = {
  name: 'stage-clean',
  text: `${head}job=$1
shift
rm -f -- "${root}/made/$job"
for staged in "$@"; do rm -f -- "${root}/staged/\${staged##*/}" ${root}/incoming/*/"\${staged##*/}"; done
`,
}

/** As root, when a job ends: contents that were uploaded and never made live, and what the job wrote down about itself. */
export const stageClean = (jobId: string, staged: readonly string[]): string[] => bash(stageCleanScript, jobId, ...staged)

export const stageWriteScript = {
  name: 'stage-write',
  text: `${head}staged=$1 size=$2
if [ ! -d "\${staged%/*}" ]; then mkdir -p "\${staged%/*}"; chmod 0700 "\${staged%/*}"; fi
rm -f -- "$staged" "$staged.new"
(umask 077; cat > "$staged.new")
got=$(stat -c %s -- "$staged.new")
[ "$got" = "$size" ] || { rm -f -- "$staged.new"; die 74 "$got bytes of $size came"; }
mv -fT -- "$staged.new" "$staged"
`,
}

/** As root: stages what comes on stdin (root, 0600). Takes one exec, so it suits small texts; size in bytes. */
export const stageWrite = (staged: string, sizeBytes: number): string[] => bash(stageWriteScript, staged, String(sizeBytes))
