import type { HostFacts } from '@/server/domain/facts'
import type { Instance } from '@/server/domain/instance'
import { directoriesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'

/** The cluster's own folders that every host gets; a relative deploy_dir lies in /home/USER, a relative data_dir nowhere of its own. */
export const globalDirectories = (topology: Topology): string[] => {
  const { deploy_dir, data_dir, log_dir, user } = topology.global
  const deploy = deploy_dir.startsWith('/') ? deploy_dir : `/home/${user}/${deploy_dir}`
  return [...new Set([deploy, data_dir, log_dir ?? ''].filter((dir) => dir.startsWith('/')).map((dir) => dir.replace(/(.)\/+$/, '$1')))]
}

/** Folders of an instance, each after the one that it lies in. */
export const instanceDirectories = (instance: Instance): string[] => {
  const inDeploy = [
    'bin',
    'conf',
    'scripts',
    ...(instance.component === 'grafana' ? ['dashboards', 'provisioning/dashboards', 'provisioning/datasources'] : []),
  ]
  const [deploy = '', ...rest] = directoriesOf(instance)
  return [deploy, ...rest, ...inDeploy.map((dir) => `${deploy}/${dir}`)]
}

/** The group that the deploy user's files get: the topology's, else the one that an existing user has, else one named as the user. */
export const groupOn = (topology: Topology, seen: HostFacts | undefined): string => {
  const user = seen?.users[topology.global.user]
  return topology.global.group || (user?.exists ? user.primaryGroup : topology.global.user)
}
