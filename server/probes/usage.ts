import { usageKey } from '@/server/domain/facts'
import { fieldsOf, type HostQuestion, type ProbeOf, wholeNumber } from './host-question'

/** Which files of a folder are logs, as words of find. Programs of the cluster rotate to `NAME-TIME.log` and `NAME.log.DATE`. */
export const logFilter = "-type f \\( -name '*.log' -o -name '*.log.*' \\)"

/** How much lies in a folder; counting ends after 20 s, then the size is unknown. */
export const usage: HostQuestion<ProbeOf<'usage'>> = {
  body: `
  local kib
  if [ ! -d "$1" ]; then echo real=; echo entries=0; echo bytes=0; return; fi
  echo "real=$(readlink -f -- "$1")"
  if [ "$2" = logs ]; then
    echo "entries=$(find "$1/" -mindepth 1 -maxdepth 1 ${logFilter} -printf x | wc -c)"
    if [ "$3" = 1 ]; then echo "bytes=$(find "$1/" -mindepth 1 -maxdepth 1 ${logFilter} -printf '%b\n' | awk '{all += $1} END {printf "%.0f", all * 512}')"; fi
  else
    echo "entries=$(find "$1/" -mindepth 1 -maxdepth 1 ! -name lost+found -printf x | wc -c)"
    if [ "$3" = 1 ] && kib=$(timeout 20 du -s -k -x -- "$1/" | cut -f 1) && [ -n "$kib" ]; then echo "bytes=$((kib * 1024))"; fi
  fi`,
  args: (probe) => [probe.path, probe.only, probe.size ? '1' : '0'],
  note(probe, lines, facts) {
    const fields = fieldsOf(lines)
    const entries = fields.get('entries')
    const real = fields.get('real')
    if (entries === undefined || real === undefined) return facts
    const bytes = fields.get('bytes')
    const fact = { entries: wholeNumber(entries), real, ...(bytes === undefined ? {} : { bytes: wholeNumber(bytes) }) }
    return { ...facts, usage: { ...facts.usage, [usageKey(probe.path, probe.only)]: fact } }
  },
}
