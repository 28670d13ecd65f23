import type { PathFact } from '@/server/domain/facts'
import { fieldsOf, type HostQuestion, type ProbeOf, wholeNumber } from './host-question'

const typeOf = (said: string): 'file' | 'directory' | 'link' | 'other' => {
  if (said.startsWith('regular')) return 'file'
  if (said === 'directory') return 'directory'
  return said === 'symbolic link' ? 'link' : 'other'
}

const pathFact = (fields: ReadonlyMap<string, string>): PathFact | undefined => {
  if (fields.get('absent') === '1') return { exists: false }
  const type = fields.get('type')
  if (type === undefined) return undefined
  const sha256 = fields.get('sha256')
  const empty = fields.get('empty')
  return {
    exists: true,
    type: typeOf(type),
    mode: (fields.get('mode') ?? '').padStart(4, '0'),
    owner: fields.get('owner') ?? '',
    group: fields.get('group') ?? '',
    sizeBytes: wholeNumber(fields.get('size')),
    mountPoint: fields.get('mount') === '1',
    ...(sha256 ? { sha256 } : {}),
    ...(empty ? { empty: empty === '1' } : {}),
  }
}

/** What lies at a path; a link is not followed. */
export const path: HostQuestion<ProbeOf<'path'>> = {
  body: `
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then echo absent=1; return; fi
  stat -c 'type=%F
mode=%a
owner=%U
group=%G
size=%s' -- "$1" || return
  if [ -L "$1" ]; then return; fi
  if [ -d "$1" ]; then
    if [ "$1" = / ] || mountpoint -q -- "$1"; then echo mount=1; fi
    if [ -z "$(ls -A -- "$1" | head -n 1)" ]; then echo empty=1; else echo empty=0; fi
  elif [ "$2" = 1 ] && [ -f "$1" ]; then
    echo "sha256=$(sha256sum < "$1" | cut -d ' ' -f 1)"
  fi`,
  args: (probe) => [probe.path, probe.hash ? '1' : '0'],
  note(probe, lines, facts) {
    const fact = pathFact(fieldsOf(lines))
    return fact ? { ...facts, paths: { ...facts.paths, [probe.path]: fact } } : facts
  },
}
