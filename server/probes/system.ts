import type { HostFacts } from '@/server/domain/facts'
import { fieldsOf, type HostQuestion, type ProbeOf, wholeNumber } from './host-question'

/** Programs that the scripts of `server/steps` and the preflight report ask for. */
const wantedCommands = [
  'tar',
  'gzip',
  'sha256sum',
  'flock',
  'timeout',
  'runuser',
  'sudo',
  'visudo',
  'systemctl',
  'useradd',
  'groupadd',
  'ss',
  'awk',
  'numactl',
]

const archNames: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' }

const rootOf = (fields: ReadonlyMap<string, string>): HostFacts['root'] | undefined => {
  const said = fields.get('root')
  return said === 'yes' || said === 'sudo' || said === 'password-needed' || said === 'no' ? said : undefined
}

/** Kernel, distribution, clock, limits, and how root was had (by being root, or by sudo). */
export const system: HostQuestion<ProbeOf<'system'>> = {
  body: `
  echo "hostname=$(uname -n)"
  echo "os=$(uname -s | tr 'A-Z' 'a-z')"
  echo "arch=$(uname -m)"
  echo "distribution=$(sed -n 's/^PRETTY_NAME=//p' /etc/os-release 2>/dev/null | head -n 1 | tr -d '"')"
  echo "bootId=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
  echo "clockMs=$(date +%s%3N)"
  echo "cpus=$(nproc 2>/dev/null)"
  echo "memoryKiB=$(awk '/^MemTotal:/ {print $2}' /proc/meminfo 2>/dev/null)"
  echo "init=$(cat /proc/1/comm 2>/dev/null)"
  echo "systemdVersion=$(systemctl --version 2>/dev/null | awk 'NR == 1 {print $2}')"
  echo "openFilesHard=$(ulimit -Hn)"
  local zone
  zone=$(readlink -f /etc/localtime 2>/dev/null)
  case "$zone" in
    */zoneinfo/*) echo "timezone=\${zone#*/zoneinfo/}" ;;
    *) echo "timezone=$(date +%Z)" ;;
  esac
  if [ "$(id -u)" = 0 ]; then
    if [ -n "\${SUDO_UID:-}" ] && [ "$SUDO_UID" != 0 ]; then echo root=sudo; else echo root=yes; fi
  elif sudo -n true 2>/dev/null; then echo root=sudo
  elif command -v sudo >/dev/null 2>&1; then echo root=password-needed
  else echo root=no
  fi
  local name
  for name in "$@"; do
    if command -v "$name" >/dev/null 2>&1; then echo "command=$name"; fi
  done`,
  args: () => wantedCommands,
  note(_probe, lines, facts) {
    const fields = fieldsOf(lines)
    const bootId = fields.get('bootId')
    const root = rootOf(fields)
    const arch = fields.get('arch') ?? ''
    if (arch === '' || bootId === undefined) return facts
    return {
      ...facts,
      ...(root ? { root } : {}),
      system: {
        hostname: fields.get('hostname') ?? '',
        os: fields.get('os') ?? '',
        arch: archNames[arch] ?? arch,
        distribution: fields.get('distribution') ?? '',
        bootId,
        clockMs: wholeNumber(fields.get('clockMs')),
        cpus: wholeNumber(fields.get('cpus')),
        memoryMiB: Math.floor(wholeNumber(fields.get('memoryKiB')) / 1024),
        init: fields.get('init') ?? '',
        systemdVersion: fields.get('systemdVersion') ?? '',
        commands: lines.flatMap((line) => (line.startsWith('command=') ? [line.slice('command='.length)] : [])),
        openFilesHard: wholeNumber(fields.get('openFilesHard'), Number.MAX_SAFE_INTEGER),
        timezone: fields.get('timezone') ?? '',
      },
    }
  },
}
