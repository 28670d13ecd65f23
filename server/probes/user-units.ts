import type { HostQuestion, ProbeOf } from './host-question'

/** Services with `User=NAME`: by the unit files of the host, and those that systemd has loaded from elsewhere. */
export const userUnits: HostQuestion<ProbeOf<'user-units'>> = {
  body: `
  local file
  for file in /etc/systemd/system/*.service /run/systemd/system/*.service /lib/systemd/system/*.service /usr/lib/systemd/system/*.service; do
    if [ -f "$file" ] && grep -q -x -F -- "User=$1" "$file"; then echo "unit=\${file##*/}"; fi
  done
  systemctl show -p Id,User -- '*.service' 2>/dev/null | awk -v user="$1" '
    /^Id=/ {id = substr($0, 4)}
    /^User=/ {if (substr($0, 6) == user) mine = 1}
    /^$/ {if (mine) print "unit=" id; mine = 0; id = ""}
    END {if (mine) print "unit=" id}'
  echo done`,
  args: (probe) => [probe.user],
  note(probe, lines, facts) {
    if (!lines.includes('done')) return facts
    const units = lines.flatMap((line) => (line.startsWith('unit=') ? [line.slice('unit='.length)] : []))
    return { ...facts, userUnits: { ...facts.userUnits, [probe.user]: [...new Set(units)].toSorted() } }
  },
}
