import type { Problem } from '../problem'
import { type ConfigMap, isConfigMap } from './config-map'
import { entriesOf } from './instances'
import type { Topology } from './topology'

/**
 * Keys that dm-master and dm-worker know in their toml (tiflow, dm/master/config.go and dm/worker/config.go): with any other they end
 * within a second (recorded b1), and no flag of theirs checks a file beforehand. A newer DM may know more.
 */
const common = [
  'name',
  'log-level',
  'log-file',
  'log-format',
  'log-rotate',
  'advertise-addr',
  'ssl-ca',
  'ssl-cert',
  'ssl-key',
  'cert-allowed-cn',
]
const known = {
  master: new Set([
    ...common,
    ...['rpc-timeout', 'rpc-rate-limit', 'rpc-rate-burst', 'master-addr', 'config-file'],
    ...['peer-urls', 'advertise-peer-urls', 'initial-cluster', 'initial-cluster-state', 'join', 'max-txn-ops', 'max-request-bytes'],
    ...['auto-compaction-mode', 'auto-compaction-retention', 'quota-backend-bytes', 'openapi', 'v1-sources-path', 'data-dir'],
    ...['ssl-ca-base64', 'ssl-key-base64', 'ssl-cert-base64', 'secret-key-path', 'experimental'],
  ]),
  worker: new Set([
    ...common,
    ...['worker-addr', 'join', 'keepalive-ttl', 'relay-keepalive-ttl', 'relay-dir', 'config-file'],
    ...['ssl-ca-base64', 'ssl-key-base64', 'ssl-cert-base64'],
  ]),
} as const

/** Whether dm-master or dm-worker knows a key of its toml; of `a.b` only the first part is looked at. */
export const isDmKey = (role: 'master' | 'worker', key: string): boolean => known[role].has(key.split('.')[0] ?? key)

/** Settings of DM's programs that this panel does not know: warnings with the key's place. */
export const dmKeyProblems = (topology: Topology): Problem[] => [
  ...(['master', 'worker'] as const).flatMap((role) => unknownIn(role, topology.serverConfigs?.[role], `server_configs.${role}`)),
  ...entriesOf(topology).flatMap(({ path, component, entry }) =>
    'config' in entry && (component === 'dm-master' || component === 'dm-worker')
      ? unknownIn(component === 'dm-master' ? 'master' : 'worker', entry.config, `${path}.config`)
      : [],
  ),
]

/** `a.b: v` and nested maps are the same to DM; only the first part is looked at, what lies below it is DM's. */
const unknownIn = (role: keyof typeof known, config: ConfigMap | undefined, path: string): Problem[] =>
  Object.entries(config ?? {}).flatMap(([key, value]): Problem[] => {
    const isEmpty = typeof value === 'object' && isConfigMap(value) && Object.keys(value).length === 0
    return isDmKey(role, key) || isEmpty
      ? []
      : [{ code: 'topology.dm-key-unknown', severity: 'warning', path: `${path}.${key}`, params: { key, program: `dm-${role}` } }]
  })
