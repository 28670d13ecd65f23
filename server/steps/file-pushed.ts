import { fileKey, type HostFacts } from '@/server/domain/facts'
import type { StepOf } from '@/server/domain/step'
import { bash, head, longMs } from './script'
import { stagedPath } from './staging'
import type { StepKind } from './step-kind'
import { judged } from './verdict'

/** Runs as whoever the file belongs to afterwards: what he may not write he can't write by way of the panel either. */
const write = `
set -eu
umask 077
die() { code=$1; shift; printf "%s\\n" "$*" >&2; exit "$code"; }
hash() { sha256sum < "$1" | cut -d " " -f 1; }
target=$1 mode=$2 owner=$3 sha=$4 replaces=$5 backup=$6
folder=\${target%/*} name=\${target##*/}
folder=\${folder:-/}
[ -d "$folder" ] || die 66 "$folder is not there"
[ ! -L "$target" ] || die 73 "$target is a link"
[ ! -d "$target" ] || die 73 "$target is a directory"
was=-
if [ -e "$target" ]; then was=$(hash "$target"); fi
[ "$was" = "$replaces" ] || [ "$was" = "$sha" ] || die 75 "$target is not as it was at review"
fresh=\${folder%/}/.$name.dm-panel
kept=\${folder%/}/.$name.dm-panel-was
clean() { rm -f -- "$fresh" "$kept"; }
trap clean EXIT
clean
if [ -n "$backup" ] && [ "$was" != - ] && [ "$was" != "$sha" ]; then
  if [ -e "$backup" ] || [ -L "$backup" ]; then
    [ "$(hash "$backup")" = "$was" ] || die 73 "$backup is there already, with another content"
  else
    (set -C; : > "$kept")
    cp -p -- "$target" "$kept"
    mv -nT -- "$kept" "$backup"
    [ "$(hash "$backup")" = "$was" ] || die 74 "$backup is not what $target was"
  fi
fi
(set -C; cat > "$fresh")
got=$(hash "$fresh")
[ "$got" = "$sha" ] || die 74 "$fresh has sha256 $got, not $sha"
if [ -n "$owner" ]; then chown "$owner" "$fresh"; fi
chmod "$mode" "$fresh"
mv -fT -- "$fresh" "$target"
`

export const filePushedScript = {
  name: 'file-pushed',
  text: `${head}staged=$1 user=$2
shift 2
[ ! -L "$staged" ] && [ -f "$staged" ] || die 66 "nothing is staged for $1"
run=()
if [ "$user" != root ]; then
  command -v setpriv > /dev/null || die 69 "this host has no setpriv (package util-linux)"
  run=(runuser -u "$user" -- setpriv --no-new-privs)
fi
unset DM_PANEL_MADE DM_PANEL_STEP SUDO_COMMAND SUDO_USER SUDO_UID SUDO_GID
cd /
"\${run[@]}" /bin/bash -c '${write}' dm-panel-write "$@" < "$staged"
rm -f -- "$staged"
`,
}

const seenAt = ({ user, path }: StepOf<'file-pushed'>, seen: HostFacts) => seen.files[fileKey(user, path)]

/** An uploaded file at its place: temp file beside it, hash, rename. What lay there is as at review, or is left alone. */
export const filePushed: StepKind<StepOf<'file-pushed'>> = {
  needs: ({ path, user }) => [{ probe: 'file-as', path, user, hash: true }],
  satisfied: (step, seen) =>
    judged(
      seenAt(step, seen),
      (fact) =>
        fact.kind === 'file' &&
        !fact.link &&
        fact.sha256 === step.file.sha256 &&
        fact.mode === step.mode &&
        (step.owner === '' || `${fact.owner}:${fact.group}` === step.owner),
    ),
  acts: (step) => {
    const { id, file, path, user, mode, owner, replaces, backup } = step
    const staged = stagedPath(id)
    const argv = bash(filePushedScript, staged, user, path, mode, owner, file.sha256, replaces ?? '-', backup ?? '')
    return [
      { act: 'put', content: { kept: file, sizeBytes: file.sizeBytes }, path: staged },
      { act: 'exec', argv, as: 'root', deadlineMs: longMs },
    ]
  },
  predict(step, seen) {
    const { user, path, file, mode } = step
    const [owner = '', group = ''] = step.owner === '' ? [user, seenAt(step, seen)?.group ?? user] : step.owner.split(':')
    const fact = { kind: 'file', link: false, readable: true, folder: 'writable', mode, owner, group } as const
    const at = fileKey(user, path)
    return { ...seen, files: { ...seen.files, [at]: { ...fact, sizeBytes: file.sizeBytes, sha256: file.sha256 } } }
  },
  explain(step, seen) {
    const fact = seenAt(step, seen)
    const said = fact ? `${fact.mode} ${fact.owner}:${fact.group} ${fact.kind}, ${fact.sizeBytes} bytes` : 'unknown'
    return {
      expected: `${step.mode} ${step.owner} file, sha256 ${step.file.sha256.slice(0, 12)}`,
      seen: fact?.sha256 ? `${said}, sha256 ${fact.sha256.slice(0, 12)}` : said,
    }
  },
  afterCrash: 'probe',
}
