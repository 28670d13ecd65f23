import { hasSecretKey, withoutSecretKey } from './secret-key'
import type { Topology } from './topology'

type Folders = { deploy_dir: string; data_dir: string; log_dir?: string | undefined }

/** A folder below another moves with it; any other gets the suffix itself. */
const beside = (path: string, top: string, suffix: string): string =>
  path === top || path.startsWith(`${top}/`) ? `${top}${suffix}${path.slice(top.length)}` : `${path}${suffix}`

const moved = <T extends Folders>(entry: T, suffix: string): T => {
  const { deploy_dir: top, data_dir, log_dir } = entry
  const at = (path: string): string => beside(path, top, suffix)
  return { ...entry, deploy_dir: at(top), data_dir: at(data_dir), ...(log_dir ? { log_dir: at(log_dir) } : {}) }
}

/** Every dm-master and dm-worker in folders beside those that it has: `/dm/deploy/dm-master-8261` + suffix. Ports and names stay. */
export const besideFolders = (topology: Topology, suffix: string): Topology => ({
  ...topology,
  masters: topology.masters.map((one) => moved(one, suffix)),
  workers: topology.workers.map((one) => moved(one, suffix)),
})

/** As `besideFolders`; `dropKey`: for a version that does not know `secret-key-path`. */
export const formerTopology = (topology: Topology, { suffix, dropKey }: { suffix: string; dropKey: boolean }): Topology =>
  besideFolders(dropKey && hasSecretKey(topology) ? withoutSecretKey(topology) : topology, suffix)
