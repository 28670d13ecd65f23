import { roleNames } from '@/server/domain/component'
import type { HostId, Instance } from '@/server/domain/instance'
import type { Problem } from '@/server/domain/problem'
import { directoriesOf, hostsOf, instancesOf } from '@/server/domain/topology/instances'
import { dataOf, deletionOf, isRetained, linkedTo, type RemovalContext, removalsOn, sizeText, totalOf } from './deletions'
import { accountDeeds } from './release-hosts'
import { selectable, selectionProblems } from './select'
import { stopImpact } from './stop'

/** What speaks against the end of a cluster, what must be consented to, and what will stay. */
export const destroyProblems = (context: RemovalContext): Problem[] => {
  const { topology, input } = context
  return [
    ...selectionProblems(topology, { ...input, roles: [], nodes: [] }),
    ...retainProblems(context),
    ...lossProblems(context),
    ...hostsOf(topology).flatMap(({ hostId }) => hostProblems(hostId, context)),
  ]
}

const retainProblems = ({ topology, input }: RemovalContext): Problem[] => {
  const known = selectable(topology)
  const { nodes = [], roles = [] } = input.retain ?? {}
  return [
    ...nodes
      .filter((node) => !known.some((one) => one.id === node || one.host === node))
      .map((node): Problem => ({ code: 'select.unknown-node', severity: 'error', path: 'retainNodes', params: { node } })),
    ...roles
      .filter((role) => !roleNames.some((name) => name === role))
      .map(
        (role): Problem => ({
          code: 'select.unknown-role',
          severity: 'error',
          path: 'retainRoles',
          params: { role, known: roleNames.join(', ') },
        }),
      ),
  ]
}

const lossProblems = (context: RemovalContext): Problem[] => {
  const { topology, facts, input } = context
  const deletions = hostsOf(topology).flatMap(({ hostId }) =>
    removalsOn(hostId, context)
      .filter(({ how }) => how !== 'if-empty')
      .map(({ instance, path }) => deletionOf(instance, path, { facts, only: 'all' })),
  )
  const retained = selectable(topology).filter((one) => isRetained(one, input))
  const { sources } = stopImpact(topology, facts, { ...input, roles: [], nodes: [] })
  const data: Problem[] =
    deletions.length > 0
      ? [{ code: 'destroy.data', severity: 'warning', params: { count: deletions.length, size: sizeText(totalOf(deletions)) } }]
      : []
  return [
    ...data,
    ...(sources.length > 0
      ? [
          {
            code: 'destroy.replication-ends',
            severity: 'warning',
            params: { count: sources.length, sources: sources.map(({ source }) => source).join(', ') },
          } as const,
        ]
      : []),
    ...retained.flatMap((one): Problem[] =>
      dataOf(one) === ''
        ? []
        : [{ code: 'destroy.retained', severity: 'info', params: { instance: one.id, host: one.hostId, path: dataOf(one) } }],
    ),
  ]
}

const hostProblems = (host: HostId, context: RemovalContext): Problem[] => {
  const { topology, facts, input } = context
  const instances = instancesOf(topology).filter((one) => one.hostId === host)
  if (!facts.hosts[host]?.system) {
    if (!input.force) return [{ code: 'preflight.reach', severity: 'error', params: { host } }]
    return [{ code: 'destroy.left-behind', severity: 'warning', params: leftOn(host, instances, context) }]
  }
  const linked = [...new Set(instances.flatMap(directoriesOf))].flatMap((path): Problem[] => {
    const real = linkedTo(host, path, facts)
    return real === undefined ? [] : [{ code: 'destroy.linked', severity: 'warning', params: { host, path, real } }]
  })
  return [...linked, ...accountProblems(host, context)]
}

const leftOn = (host: HostId, instances: readonly Instance[], { topology, input }: RemovalContext): Problem['params'] => ({
  host,
  units: instances.map(({ unit }) => unit).join(', '),
  paths: [...new Set(instances.flatMap(directoriesOf))].join(', '),
  account: accountDeeds(host, input).length > 0 ? topology.global.user : '–',
})

/** Other services that run as the deploy user, of this panel or not. undefined: it was not seen. */
const othersOf = (host: HostId, { topology, facts }: RemovalContext): string[] | undefined => {
  const own = new Set(instancesOf(topology).flatMap((one) => (one.hostId === host ? [one.unit] : [])))
  return facts.hosts[host]?.userUnits[topology.global.user]?.filter((unit) => !own.has(unit))
}

/** Whether the account and its sudo stay on a host. */
export const accountStays = (host: HostId, context: RemovalContext): boolean =>
  context.input.keepAccount === true || othersOf(host, context)?.length !== 0

const accountProblems = (host: HostId, context: RemovalContext): Problem[] => {
  const { topology, input } = context
  const user = topology.global.user
  const made = accountDeeds(host, input).some(({ step, made: what }) => step.kind !== 'authorized-key' && what.length > 0)
  if (!made) return []
  const others = othersOf(host, context)
  if (others === undefined || others.length > 0)
    return [{ code: 'destroy.account-shared', severity: 'info', params: { host, user, units: others?.join(', ') ?? '?' } }]
  if (input.keepAccount) return [{ code: 'destroy.account-kept', severity: 'info', params: { host, user } }]
  return input.given ? [] : [{ code: 'destroy.account-stays', severity: 'warning', params: { host, user } }]
}
