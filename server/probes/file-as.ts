import { type FileFact, fileKey } from '@/server/domain/facts'
import { fieldsOf, type HostQuestion, type ProbeOf, wholeNumber } from './host-question'

/** Larger files are not hashed: a look must end. */
const hashedBytes = 4 * 1024 ** 3

const look = `
export LC_ALL=C
if [ -L "$1" ]; then echo link=1; fi
if [ -f "$1" ]; then
  echo kind=file
  if [ -r "$1" ]; then
    echo readable=1
    if [ "$2" = 1 ] && [ "$(stat -L -c %s -- "$1")" -le ${hashedBytes} ]; then echo "sha256=$(sha256sum < "$1" | cut -d " " -f 1)"; fi
  fi
elif [ -d "$1" ]; then echo kind=directory
elif [ -e "$1" ] || [ -L "$1" ]; then echo kind=other
else echo kind=absent; fi
if [ -e "$1" ]; then stat -L -c "mode=%a" -- "$1"; stat -L -c "owner=%U" -- "$1"; stat -L -c "group=%G" -- "$1"; stat -L -c "size=%s" -- "$1"; fi
folder=$(dirname -- "$1")
if [ -d "$folder" ]; then
  if [ -w "$folder" ] && [ -x "$folder" ]; then echo folder=writable; else echo folder=there; fi
fi
`

const kindOf = (text: string | undefined): FileFact['kind'] | undefined =>
  text === 'absent' || text === 'file' || text === 'directory' || text === 'other' ? text : undefined

/** What lies at a path for one user of the host, links followed. Asked as that user, so that nothing is told which he may not see. */
export const fileAs: HostQuestion<ProbeOf<'file-as'>> = {
  body: `
  local run=()
  if [ "$1" != root ]; then run=(runuser -u "$1" -- setpriv --no-new-privs); fi
  (cd / && "\${run[@]}" /bin/bash -c '${look}' dm-panel-look "$2" "$3")`,
  args: (probe) => [probe.user, probe.path, probe.hash ? '1' : '0'],
  note(probe, lines, facts) {
    const fields = fieldsOf(lines)
    const kind = kindOf(fields.get('kind'))
    if (!kind) return facts
    const sha256 = fields.get('sha256')
    const folder = fields.get('folder')
    const fact: FileFact = {
      kind,
      link: fields.get('link') === '1',
      readable: fields.get('readable') === '1',
      folder: folder === 'writable' || folder === 'there' ? folder : 'absent',
      mode: (fields.get('mode') ?? '').padStart(4, '0'),
      owner: fields.get('owner') ?? '',
      group: fields.get('group') ?? '',
      sizeBytes: wholeNumber(fields.get('size')),
      ...(sha256 ? { sha256 } : {}),
    }
    return { ...facts, files: { ...facts.files, [fileKey(probe.user, probe.path)]: fact } }
  },
}
