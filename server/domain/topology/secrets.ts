import type { InstanceId } from '../instance'
import { type Grafana, hostPort, type Topology } from './topology'

/** The topology without the Grafana passwords that the user wrote, and these by instance: they are stored as secrets, never in a plan. */
export const takeSecrets = (topology: Topology): { topology: Topology; grafanaPasswords: Record<InstanceId, string> } => {
  const grafanaPasswords: Record<InstanceId, string> = {}
  const grafanas = topology.grafanas.map(({ password, ...rest }): Grafana => {
    if (password) grafanaPasswords[hostPort(rest.host, rest.port)] = password
    return rest
  })
  return { topology: { ...topology, grafanas }, grafanaPasswords }
}
