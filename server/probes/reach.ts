import type { HostQuestion, ProbeOf } from './host-question'

/** Whether a TCP port of another host answers within 3 s. All of a batch are asked at once, after its other questions. */
export const reach: HostQuestion<ProbeOf<'reach'>> = {
  body: `
  local said rc=0
  said=$(timeout 3 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>&1) || rc=$?
  if [ "$rc" = 0 ]; then said=open
  else
    case "$said" in
      *refused*) said=refused ;;
      *) said=silent ;;
    esac
  fi
  printf '%s %s %s\\n' "$1" "$2" "$said"`,
  args: (probe) => [probe.address, String(probe.port)],
  note(probe, lines, facts) {
    const start = `${probe.address} ${probe.port} `
    const said = lines.find((line) => line.startsWith(start))?.slice(start.length)
    if (said !== 'open' && said !== 'refused' && said !== 'silent') return facts
    return { ...facts, reach: { ...facts.reach, [`${probe.address}:${probe.port}`]: said } }
  },
}
