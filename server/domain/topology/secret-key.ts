import { isMap, parseDocument } from 'yaml'
import type { Instance } from '../instance'
import type { Topology } from './topology'

/** Relative to the deploy folder, in which the run script starts dm-master: one setting fits all masters. */
export const secretKeyPath = 'conf/dm-secret.key'
const setting = 'secret-key-path'

/** Whether a topology names a key for encrypted passwords already. */
export const hasSecretKey = (topology: Topology): boolean =>
  [topology.serverConfigs?.master, ...topology.masters.map((one) => one.config)].some((config) => config && setting in config)

/** The file from which a dm-master reads its key, for it starts in its deploy folder; undefined where none is configured. */
export const keyFileOf = (topology: Topology, { component, host, ports, deployDir }: Instance): string | undefined => {
  const entry = component === 'dm-master' ? topology.masters.find((one) => one.host === host && one.port === ports[0]) : undefined
  const path = entry?.config?.[setting] ?? (entry && topology.serverConfigs?.master?.[setting])
  if (typeof path !== 'string' || path === '') return undefined
  return path.startsWith('/') ? path : `${deployDir}/${path}`
}

/** Every master reads its key from a file of its own deploy folder (DM v8.0.0 and later; earlier ones do not know the setting). */
export const withSecretKey = (topology: Topology): Topology => ({
  ...topology,
  serverConfigs: {
    worker: {},
    grafana: {},
    ...topology.serverConfigs,
    master: { ...topology.serverConfigs?.master, [setting]: secretKeyPath },
  },
})

/** Without the panel's own key file; a key that the user configured elsewhere stays. */
export const withoutSecretKey = (topology: Topology): Topology => {
  const { [setting]: path, ...rest } = topology.serverConfigs?.master ?? {}
  if (path !== secretKeyPath) return topology
  return { ...topology, serverConfigs: { worker: {}, grafana: {}, ...topology.serverConfigs, master: rest } }
}

/** The same in the user's text, its comments kept; a text that is no map stays as it is. */
export const secretKeyText = (yaml: string): string => {
  const doc = parseDocument(yaml, { intAsBigInt: true, merge: true, logLevel: 'silent' })
  if (doc.errors.length > 0 || !isMap(doc.contents)) return yaml
  doc.setIn(['server_configs', 'master', setting], secretKeyPath)
  return doc.toString({ lineWidth: 0 })
}

/** The way back of `secretKeyText`; a path of the user's own stays. */
export const withoutSecretKeyText = (yaml: string): string => {
  const doc = parseDocument(yaml, { intAsBigInt: true, merge: true, logLevel: 'silent' })
  const at = ['server_configs', 'master', setting]
  if (doc.errors.length > 0 || !isMap(doc.contents) || doc.getIn(at) !== secretKeyPath) return yaml
  doc.deleteIn(at)
  return doc.toString({ lineWidth: 0 })
}
