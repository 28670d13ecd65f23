import type { OperationName } from '@/server/domain/plan'
import { filesLine } from '@/server/operations/per-host'

/** The `tiup dm` line of an operation, for audit records that are written before there is a plan. */
export const tiupLine = (operation: OperationName, cluster: string, input: unknown): string => {
  const given = typeof input === 'object' && input !== null ? input : {}
  const list = (key: string): string[] => {
    const value: unknown = Reflect.get(given, key)
    return Array.isArray(value) ? value.map(String) : []
  }
  const flags = [...list('nodes').map((node) => `-N ${node}`), ...list('roles').map((role) => `-R ${role}`)]
  if (operation === 'deploy') return `tiup dm deploy ${cluster} ${String(Reflect.get(given, 'version') ?? '')} topology.yaml`
  if (operation === 'patch') {
    const packages = Reflect.get(given, 'to') === 'former' ? ['FORMER'] : list('packages').map((sha256) => sha256.slice(0, 12))
    const more = ['overwrite', 'offline'].flatMap((flag) => (Reflect.get(given, flag) === true ? [`--${flag}`] : []))
    return packages.map((one) => ['tiup dm patch', cluster, one, ...flags, ...more].join(' ')).join(' && ')
  }
  if (operation === 'upgrade') {
    const offline = Reflect.get(given, 'offline') === true ? ['--offline'] : []
    return ['tiup dm upgrade', cluster, String(Reflect.get(given, 'version') ?? ''), ...offline].join(' ')
  }
  if (operation === 'exec') {
    if (Reflect.get(given, 'sudo') === true) flags.push('--sudo')
    flags.push(`--command '${String(Reflect.get(given, 'command') ?? '').replaceAll("'", "'\\''")}'`)
  }
  if (operation === 'push' || operation === 'pull') {
    const words = operation === 'push' ? [String(Reflect.get(given, 'path') ?? '')] : list('paths')
    return filesLine(
      operation,
      { clusterName: cluster, nodes: list('nodes'), roles: list('roles') },
      { words, sudo: Reflect.get(given, 'sudo') === true },
    )
  }
  if (operation === 'dmctl') return `tiup dmctl ${String(Reflect.get(given, 'line') ?? '')}`
  if (operation === 'reload' && Reflect.get(given, 'restart') === 'none') flags.push('--skip-restart')
  if (operation === 'manage' || operation === 'rollback' || operation === 'redeploy' || operation === 'finalise')
    return `dm-panel ${operation} ${cluster}`
  if (operation === 'scale-out') return `tiup dm scale-out ${cluster} scale.yaml`
  if (operation === 'scale-in' && Reflect.get(given, 'force') === true) flags.push('--force')
  if (operation === 'clean' || operation === 'rename') return lifeLine(operation, cluster, given)
  if (operation === 'destroy') return ['tiup dm destroy', cluster, ...retainFlags(given)].join(' ')
  if (operation === 'rotate-ssh') return `tiup dm rotatessh ${cluster}`
  if (operation === 'remove-deploy') return `dm-panel remove-deploy ${cluster}`
  return ['tiup dm', operation, cluster, ...flags].join(' ')
}

const texts = (given: object, key: string): string[] => {
  const value: unknown = Reflect.get(given, key)
  return Array.isArray(value) ? value.map(String) : []
}

const retainFlags = (given: object): string[] => [
  ...texts(given, 'retainNodes').map((node) => `--retain-node-data ${node}`),
  ...texts(given, 'retainRoles').map((role) => `--retain-role-data ${role}`),
  ...(Reflect.get(given, 'force') === true ? ['--force'] : []),
]

/** `tiup dm` has neither. */
const lifeLine = (operation: 'clean' | 'rename', cluster: string, given: object): string => {
  if (operation === 'rename') return `dm-panel rename ${cluster} ${String(Reflect.get(given, 'name') ?? '')}`
  const what = [
    ['data', '--data'],
    ['logs', '--log'],
  ].flatMap(([key = '', flag = '']) => (Reflect.get(given, key) === true ? [flag] : []))
  const ignored = [
    ...texts(given, 'ignoreNodes').map((node) => `--ignore-node ${node}`),
    ...texts(given, 'ignoreRoles').map((role) => `--ignore-role ${role}`),
  ]
  return ['dm-panel clean', cluster, ...what, ...ignored].join(' ')
}
