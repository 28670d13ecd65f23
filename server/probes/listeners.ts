import type { Listener } from '@/server/domain/facts'
import type { HostQuestion, ProbeOf } from './host-question'

const portOf = (address: string): number => Number(address.slice(address.lastIndexOf(':') + 1))

type Owner = { pid: number; process: string }

/** `LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=7,fd=3))`: several processes may share a socket. */
const ownersOf = (line: string): Owner[] =>
  [...line.matchAll(/\("([^"]*)",pid=(\d+),/g)].map((m) => ({ process: m[1] ?? '', pid: Number(m[2]) }))

const nobody: Owner = { pid: 0, process: '' }

const fromSs = (line: string): { port: number; owner: Owner }[] => {
  const local = line.trim().split(/\s+/)[3] ?? ''
  const port = portOf(local)
  if (!Number.isInteger(port) || port <= 0) return []
  const owners = ownersOf(line)
  return (owners.length > 0 ? owners : [nobody]).map((owner) => ({ port, owner }))
}

/** Lines of the fallback: `tcp HEXPORT INODE`, `sock PID INODE`, `comm PID NAME`. */
const fromProc = (lines: readonly string[]): { port: number; owner: Owner }[] => {
  const words = lines.map((line) => line.split(' '))
  const pidOf = new Map(words.flatMap(([kind, pid, inode]) => (kind === 'sock' && inode ? [[inode, Number(pid)] as const] : [])))
  const nameOf = new Map(words.flatMap(([kind, pid, name]) => (kind === 'comm' ? [[Number(pid), name ?? ''] as const] : [])))
  return words.flatMap(([kind, hex = '', inode = '']) => {
    if (kind !== 'tcp') return []
    const pid = pidOf.get(inode) ?? 0
    return [{ port: Number.parseInt(hex, 16), owner: { pid, process: nameOf.get(pid) ?? '' } }]
  })
}

const unique = (listeners: readonly Listener[]): Listener[] => [
  ...new Map(listeners.map((one) => [`${one.port} ${one.pid} ${one.unit}`, one])).values(),
]

/** Who listens on which TCP port, with the unit that owns the process (by its control group). */
export const listeners: HostQuestion<ProbeOf<'listeners'>> = {
  body: `
  local out pids pid
  if out=$(ss -ltnp 2>/dev/null); then
    printf '%s\\n' "$out" | sed -n '/^LISTEN/ s/^/ss /p'
    pids=$(printf '%s\\n' "$out" | grep -o 'pid=[0-9]*' | cut -d = -f 2 | sort -un)
  else
    out=$(find /proc/[0-9]*/fd -lname 'socket:*' -printf '%p %l\\n' 2>/dev/null | sed 's#^/proc/\\([0-9]*\\)/fd/[0-9]* socket:.\\([0-9]*\\).*#sock \\1 \\2#')
    local inodes
    inodes=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk '$4 == "0A" {n = split($2, a, ":"); print "tcp", a[n], $10}')
    printf '%s\\n' "$inodes"
    out=$(printf '%s\\n%s\\n' "$inodes" "$out" | awk '$1 == "tcp" {want[$3] = 1} $1 == "sock" && ($3 in want)')
    printf '%s\\n' "$out"
    pids=$(printf '%s\\n' "$out" | awk '$1 == "sock" {print $2}' | sort -un)
    for pid in $pids; do echo "comm $pid $(cat "/proc/$pid/comm" 2>/dev/null)"; done
  fi
  for pid in $pids; do
    echo "unit $pid $(grep -o '[^/]*\\.service' "/proc/$pid/cgroup" 2>/dev/null | tail -n 1)"
  done
  echo done`,
  args: () => [],
  note(_probe, lines, facts) {
    if (!lines.includes('done')) return facts
    const unitOf = new Map(
      lines.flatMap((line) => {
        const m = /^unit (\d+) (.*)$/.exec(line)
        return m ? [[Number(m[1]), m[2] ?? ''] as const] : []
      }),
    )
    const found = [...lines.flatMap((line) => (line.startsWith('ss ') ? fromSs(line.slice(3)) : [])), ...fromProc(lines)]
    const all = found.map(({ port, owner }) => ({ port, ...owner, unit: unitOf.get(owner.pid) ?? '' }))
    return { ...facts, listeners: unique(all) }
  },
}
