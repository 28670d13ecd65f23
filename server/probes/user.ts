import type { HostQuestion, ProbeOf } from './host-question'

/** An account as the name service sees it. */
export const user: HostQuestion<ProbeOf<'user'>> = {
  body: `
  local line
  if line=$(getent passwd "$1"); then
    echo "$line"
    echo "group=$(id -gn "$1" 2>/dev/null)"
  elif [ $? = 2 ]; then
    echo absent
  fi`,
  args: (probe) => [probe.user],
  note(probe, lines, facts) {
    const [first = '', second = ''] = lines
    if (first === 'absent') return { ...facts, users: { ...facts.users, [probe.user]: { exists: false } } }
    const [, , uid, , , home, shell] = first.split(':')
    if (uid === undefined || home === undefined || shell === undefined) return facts
    const fact = { exists: true as const, uid: Number(uid), primaryGroup: second.replace(/^group=/, ''), home, shell }
    return { ...facts, users: { ...facts.users, [probe.user]: fact } }
  },
}
