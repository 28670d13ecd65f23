import type { HostQuestion, ProbeOf } from './host-question'

/** Free space where a path lies, or would lie: its nearest existing parent is asked. */
export const disk: HostQuestion<ProbeOf<'disk'>> = {
  body: `
  local at=$1
  while [ ! -e "$at" ] && [ "$at" != / ] && [ -n "$at" ]; do at=$(dirname -- "$at"); done
  df -P -k -- "$at" | tail -n 1`,
  args: (probe) => [probe.path],
  note(probe, lines, facts) {
    const m = /\s(\d+)\s+(\d+)\s+(-?\d+)\s+\S+%?\s+(\/.*)$/.exec(lines[0] ?? '')
    if (!m) return facts
    const fact = { mount: m[4] ?? '', freeBytes: Math.max(0, Number(m[3])) * 1024, sizeBytes: Number(m[1]) * 1024 }
    return { ...facts, disks: { ...facts.disks, [probe.path]: fact } }
  },
}
