import { probeScript } from '@/server/probes/batch'
import { parentOf, type SimMachine } from './machine'
import type { SimSystemd } from './systemd'

export type ProbeContext = {
  machine: SimMachine
  systemd: SimSystemd
  now: () => number
  /** The user that logged in, when root was had by sudo. */
  sudoUser: string | undefined
  user: string
  reach(address: string, port: number): 'open' | 'refused' | 'silent'
}

const unitProperties = [
  'LoadState',
  'ActiveState',
  'SubState',
  'Result',
  'UnitFileState',
  'ExecMainStatus',
  'MainPID',
  'NRestarts',
  'ActiveEnterTimestamp',
  'ActiveEnterTimestampMonotonic',
  'NeedDaemonReload',
]

const rootLine = ({ user, sudoUser, machine }: ProbeContext): string => {
  if (user === 'root') return sudoUser ? 'root=sudo' : 'root=yes'
  const sudo = machine.sudoOf(user)
  return `root=${sudo === 'nopasswd' ? 'sudo' : 'password-needed'}`
}

const system = (context: ProbeContext, commands: readonly string[]): string[] => [
  `hostname=${context.machine.state.name}`,
  'os=linux',
  `arch=${context.machine.state.arch}`,
  'distribution=Simulated Linux 1',
  `bootId=${context.machine.state.bootId}`,
  `clockMs=${context.now()}`,
  'cpus=4',
  'memoryKiB=8388608',
  'init=systemd',
  'systemdVersion=252',
  'openFilesHard=1048576',
  'timezone=Etc/UTC',
  rootLine(context),
  ...commands.filter((name) => name !== 'numactl').map((name) => `command=${name}`),
]

const path = ({ machine }: ProbeContext, at: string, hash: boolean): string[] => {
  const node = machine.node(at)
  if (!node) return ['absent=1']
  const lines = [
    `type=${node.type === 'dir' ? 'directory' : 'regular file'}`,
    `mode=${node.mode.replace(/^0+(?=.)/, '')}`,
    `owner=${node.owner}`,
    `group=${node.group}`,
    `size=${node.size}`,
  ]
  if (node.type === 'dir') return [...lines, ...(at === '/' ? ['mount=1'] : []), `empty=${machine.isEmpty(at) ? 1 : 0}`]
  return hash ? [...lines, `sha256=${node.sha256}`] : lines
}

const user = ({ machine }: ProbeContext, name: string): string[] => {
  const one = machine.state.users[name]
  return one ? [`${name}:x:${one.uid}:${machine.state.groups[one.group] ?? 0}::${one.home}:${one.shell}`, `group=${one.group}`] : ['absent']
}

const listeners = ({ machine }: ProbeContext): string[] => {
  const all = machine.listeners()
  return [
    ...all.map((one) => `ss LISTEN 0 128 0.0.0.0:${one.port} 0.0.0.0:* users:(("${one.process}",pid=${one.pid},fd=3))`),
    ...all.map((one) => `unit ${one.pid} ${one.unit}`),
    'done',
  ]
}

const unit = ({ machine, systemd }: ProbeContext, name: string, hashExe: boolean): string[] => {
  const process = machine.unit(name)?.process
  const sha256 = process?.exeSha256 ?? machine.node(process?.program ?? '')?.sha256
  return [...systemd.show(name, unitProperties).trim().split('\n'), ...(hashExe && sha256 ? [`exeSha256=${sha256}`] : [])]
}

/** Bytes free on every simulated disk, and on one with the fault `disk-full`. */
const freeKiB = (machine: SimMachine): number => (machine.hasFault('disk-full') ? 1024 : 100 * 1024 * 1024)

/** How many lines of a user's authorized_keys hold a key's body. */
export const keyLines = (machine: SimMachine, name: string, body: string): number =>
  (machine.text(machine.keysFile(name)) ?? '').split('\n').filter((line) => !/^\s*#/.test(line) && line.split(/\s+/).includes(body)).length

/** Paths right in a folder: all of them, or the log files. */
export const entriesIn = (machine: SimMachine, folder: string, only: string): string[] =>
  Object.entries(machine.state.nodes).flatMap(([path, { type }]) => {
    const name = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : ''
    if (name === '' || name.includes('/') || name === 'lost+found') return []
    return only === 'all' || (type === 'file' && /\.log(\.|$)/.test(name)) ? [path] : []
  })

const usage = ({ machine }: ProbeContext, at: string, only: string, size: boolean): string[] => {
  if (!machine.isDir(at)) return ['real=', 'entries=0', 'bytes=0']
  const found = entriesIn(machine, at, only)
  const within = Object.entries(machine.state.nodes).filter(([path]) => found.some((one) => path === one || path.startsWith(`${one}/`)))
  return [`real=${at}`, `entries=${found.length}`, ...(size ? [`bytes=${within.reduce((sum, [, node]) => sum + node.size, 0)}`] : [])]
}

const unitsOfUser = (machine: SimMachine, name: string): string[] =>
  Object.keys(machine.state.nodes).flatMap((path) => {
    const unit = /^\/etc\/systemd\/system\/([^/]+\.service)$/.exec(path)?.[1]
    return unit !== undefined && machine.text(path)?.split('\n').includes(`User=${name}`) ? [unit] : []
  })

/** May he, by the bits of owner and others; groups are not imitated. */
const may = (machine: SimMachine, who: string, at: string, bit: 4 | 2): boolean => {
  const node = machine.node(at)
  if (!node) return false
  const digit = Number(node.mode.at(node.owner === who ? -3 : -1))
  return who === 'root' || (digit & bit) !== 0
}
export const mayRead = (machine: SimMachine, who: string, at: string): boolean => may(machine, who, at, 4)
export const mayWrite = (machine: SimMachine, who: string, at: string): boolean => may(machine, who, at, 2)

const fileAs = ({ machine }: ProbeContext, who: string, at: string, hash: boolean): string[] => {
  const node = machine.node(at)
  const above = parentOf(at)
  return [
    `kind=${node ? (node.type === 'dir' ? 'directory' : 'file') : 'absent'}`,
    ...(node ? [`mode=${node.mode.replace(/^0+(?=.)/, '')}`, `owner=${node.owner}`, `group=${node.group}`, `size=${node.size}`] : []),
    ...(node?.type === 'file' && mayRead(machine, who, at) ? ['readable=1', ...(hash ? [`sha256=${node.sha256}`] : [])] : []),
    ...(machine.isDir(above) ? [`folder=${mayWrite(machine, who, above) ? 'writable' : 'there'}`] : []),
  ]
}

const answers: Readonly<Record<string, (context: ProbeContext, args: readonly string[]) => string[]>> = {
  probe_system: system,
  probe_user: (context, [name = '']) => user(context, name),
  probe_path: (context, [at = '', hash]) => path(context, at, hash === '1'),
  probe_unit: (context, [name = '', hash]) => unit(context, name, hash === '1'),
  probe_listeners: (context) => listeners(context),
  probe_disk: ({ machine }) => [`/dev/sim 104857600 1 ${freeKiB(machine)} 1% /`],
  probe_authorized_key: ({ machine }, [name = '', body = '']) => [String(keyLines(machine, name, body))],
  probe_package: ({ machine }, [at = '']) => [String(machine.node(at)?.size ?? 0)],
  probe_usage: (context, [at = '', only = '', size]) => usage(context, at, only, size === '1'),
  probe_user_units: ({ machine }, [name = '']) => [...unitsOfUser(machine, name).map((unit) => `unit=${unit}`), 'done'],
  probe_file_as: (context, [who = '', at = '', hash]) => fileAs(context, who, at, hash === '1'),
  probe_reach: ({ reach }, [address = '', port = '']) => [`${address} ${port} ${reach(address, Number(port))}`],
}

/** What the probe script prints on this host. */
export const simProbe = {
  text: probeScript.text,
  print(context: ProbeContext, args: readonly string[]): string {
    const lines: string[] = []
    const reached: string[] = []
    for (let at = 0; at + 1 < args.length; ) {
      const name = args[at] ?? ''
      const count = Number(args[at + 1])
      const said = answers[name]?.(context, args.slice(at + 2, at + 2 + count)) ?? []
      if (name === 'probe_reach') reached.push(...said)
      else lines.push(`::probe ${name}`, ...said)
      at += 2 + count
    }
    if (reached.length > 0) lines.push('::probe probe_reach', ...reached)
    return `${[...lines, '::probed'].join('\n')}\n`
  },
}
