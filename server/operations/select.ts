import { type ComponentName, isRole, roleNames } from '@/server/domain/component'
import type { HostFacts } from '@/server/domain/facts'
import type { Instance } from '@/server/domain/instance'
import type { Problem } from '@/server/domain/problem'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import type { OperationFacts, OperationInput } from './input'

/** Instances that `-R` and `-N` name (their intersection); all without either. Exporters are not among them. */
export const selected = (topology: Topology, input: OperationInput): Instance[] => {
  const roles: readonly string[] = input.roles ?? []
  const nodes = input.nodes ?? []
  return instancesOf(topology).filter(
    (one) =>
      isRole(one.component) && (roles.length === 0 || roles.includes(one.component)) && (nodes.length === 0 || nodes.includes(one.id)),
  )
}

/** Every instance that `-R` and `-N` can name. */
export const selectable = (topology: Topology): Instance[] => instancesOf(topology).filter((one) => isRole(one.component))

export const isExporter = (one: Instance): boolean => !isRole(one.component)

/** Roles and nodes that do not exist are errors: tiup says nothing, does nothing and exits 0. */
export const selectionProblems = (topology: Topology, input: OperationInput): Problem[] => {
  const known = selectable(topology)
  const roles = (input.roles ?? []).filter((role) => !roleNames.some((name) => name === role))
  const nodes = (input.nodes ?? []).filter((node) => !known.some((one) => one.id === node))
  const problems: Problem[] = [
    ...unsupported(topology),
    ...roles.map(
      (role): Problem => ({ code: 'select.unknown-role', severity: 'error', path: 'roles', params: { role, known: roleNames.join(', ') } }),
    ),
    ...nodes.map((node): Problem => ({ code: 'select.unknown-node', severity: 'error', path: 'nodes', params: { node } })),
  ]
  if (problems.length === 0 && selected(topology, input).length === 0)
    problems.push({
      code: 'select.nothing',
      severity: 'error',
      params: { roles: (input.roles ?? []).join(', '), nodes: (input.nodes ?? []).join(', ') },
    })
  return problems
}

/** Adopted clusters may be of kinds that can be watched only. */
const unsupported = ({ global }: Topology): Problem[] => {
  const kinds = [
    ...(global.enable_tls ? ['enable_tls'] : []),
    ...(global.systemd_mode === 'user' ? ['systemd_mode: user'] : []),
    ...(global.ssh_type === 'none' ? [`ssh_type: ${global.ssh_type}`] : []),
  ]
  return kinds.map((what) => ({ code: 'select.unsupported', severity: 'error', params: { what } }))
}

/** ` -R a,b -N x,y`, as tiup takes it. */
export const selectionFlags = (input: OperationInput): string =>
  `${input.roles?.length ? ` -R ${input.roles.join(',')}` : ''}${input.nodes?.length ? ` -N ${input.nodes.join(',')}` : ''}`

/** Whether a unit is up; `unknown` when it was not seen. */
export const unitState = (facts: OperationFacts, instance: Instance): 'up' | 'down' | 'unknown' => {
  const unit = facts.hosts[instance.hostId]?.units[instance.unit]
  if (!unit) return 'unknown'
  return unit.activeState === 'active' || unit.activeState === 'activating' || unit.activeState === 'reloading' ? 'up' : 'down'
}

/** Hosts of which nothing was seen. */
export const unseenHosts = (instances: readonly Instance[], facts: OperationFacts): Problem[] =>
  [...new Set(instances.map((one) => one.hostId))].flatMap((host): Problem[] => {
    const seen: HostFacts | undefined = facts.hosts[host]
    return seen?.system ? [] : [{ code: 'preflight.reach', severity: 'error', params: { host } }]
  })

/** More than half. */
export const quorum = (masters: number): number => Math.floor(masters / 2) + 1

export const byComponent = (instances: readonly Instance[], component: ComponentName): Instance[] =>
  instances.filter((one) => one.component === component)
