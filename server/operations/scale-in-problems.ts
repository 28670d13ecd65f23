import type { Instance } from '@/server/domain/instance'
import { isError, type Problem } from '@/server/domain/problem'
import { topologyProblems } from '@/server/domain/topology/check'
import { directoriesOf, instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { aliveOthers, freeStaying, isDm, isLost, type LeaveContext, leaseOf, masterWay, ownDirectories } from './leave-steps'
import { accountDeeds, emptiedHosts } from './release-hosts'
import { byComponent, quorum, selectable, selectionProblems, unitState, unseenHosts } from './select'
import { sourcesOf, whySourcesStay } from './sources'

/** All that speaks against these instances leaving, or must be consented to. */
export const scaleInProblems = (context: LeaveContext, after: Topology): Problem[] => {
  const { topology, facts, input, leaving } = context
  const unknown = selectionProblems(topology, input)
  if (unknown.length > 0) return unknown
  if ((input.nodes ?? []).length === 0) return [{ code: 'scale-in.nothing', severity: 'error', path: 'nodes', params: {} }]
  return [
    ...(input.force ? lostProblems(context, after) : unseenHosts(leaving, facts)),
    ...masterProblems(context),
    ...membersProblems(context),
    ...workerProblems(context),
    ...topologyAfter(topology, after),
    ...folderProblems(context),
    ...accountProblems(context, after),
  ]
}

const masterProblems = (context: LeaveContext): Problem[] => {
  const { topology, facts, leaving } = context
  const masters = byComponent(leaving, 'dm-master')
  const [one] = masters
  if (!one) return []
  if (masters.length === topology.masters.length) return [{ code: 'scale-in.last-master', severity: 'error', path: 'nodes', params: {} }]
  if (masters.length > 1)
    return [{ code: 'scale-in.one-master', severity: 'error', path: 'nodes', params: { nodes: masters.map(({ id }) => id).join(', ') } }]
  const members = facts.cluster?.members
  if (!members) return []
  const way = masterWay(one.name, members)
  const total = members.masters.length
  const params = { instance: one.id, alive: aliveOthers(one.name, members).length, masters: total, quorum: quorum(total), left: total - 1 }
  if (way === 'refused') return [{ code: 'scale-in.no-quorum', severity: 'error', params }]
  if (way === 'absent') return [{ code: 'scale-in.not-a-member', severity: 'info', params }]
  return [{ code: `scale-in.order-${way}`, severity: 'info', params }]
}

/** Without a member list nobody can be taken out of it; `force` leaves the registrations for a prune. */
const membersProblems = ({ facts, input, leaving, topology }: LeaveContext): Problem[] => {
  const names = leaving.filter(isDm).map(({ id }) => id)
  if (names.length === 0 || facts.cluster?.members) return []
  const down = byComponent(selectable(topology), 'dm-master').every((one) => unitState(facts, one) === 'down')
  const params = { instances: names.join(', '), reason: facts.cluster?.membersError ?? '' }
  if (input.force) return [{ code: 'scale-in.still-registered', severity: 'warning', params }]
  return [{ code: down ? 'scale-in.masters-down' : 'scale-in.members-unknown', severity: 'error', params }]
}

const workerProblems = (context: LeaveContext): Problem[] => {
  const { facts, input, leaving } = context
  return byComponent(leaving, 'dm-worker').flatMap((one): Problem[] => {
    const params = { instance: one.id, source: sourcesOf(one, facts).join(', ') }
    const crashed = isLost(one, facts) || unitState(facts, one) === 'down'
    const online = facts.cluster?.members?.workers.some(({ name, stage }) => name === one.name && stage !== 'offline')
    const lease: Problem[] =
      crashed && online
        ? [{ code: 'scale-in.lease', severity: 'warning', params: { instance: one.id, seconds: leaseOf(one, context) } }]
        : []
    if (params.source === '') return lease
    if (freeStaying(context).length > 0) return [...lease, ...pauseProblems(one, context)]
    const severity = input.unbound?.includes(one.id) ? 'warning' : 'error'
    return [...lease, { code: severity === 'error' ? 'scale-in.no-free-worker' : 'scale-in.left-unbound', severity, params }]
  })
}

/** A source that can't be moved before is bound anew by DM when its worker has stopped. */
const pauseProblems = (one: Instance, context: LeaveContext): Problem[] => {
  const why = whySourcesStay(context)
  const params = { instance: one.id, source: sourcesOf(one, context.facts).join(', ') }
  return why === undefined ? [] : [{ code: `scale-in.source-pauses-${why}`, severity: 'warning', params }]
}

/** What is wrong with what stays and was not before. */
const topologyAfter = (before: Topology, after: Topology): Problem[] => {
  const known = new Set(topologyProblems(before).map(({ code, params }) => JSON.stringify([code, params])))
  return topologyProblems(after)
    .filter(({ code, params }) => !known.has(JSON.stringify([code, params])) && code !== 'topology.no-master')
    .map(({ path: _path, ...problem }): Problem => ({ ...problem, severity: isError(problem) ? 'error' : 'warning' }))
}

const folderProblems = ({ topology, facts, leaving }: LeaveContext): Problem[] => {
  const staying = instancesOf(topology).filter(({ id }) => !leaving.some((one) => one.id === id))
  return leaving.flatMap((one): Problem[] => {
    if (isLost(one, facts)) return []
    const own = ownDirectories(one, topology, staying)
    const kept = directoriesOf(one).filter((dir) => !own.includes(dir))
    return kept.length > 0
      ? [{ code: 'scale-in.folder-stays', severity: 'info', params: { instance: one.id, paths: kept.join(', ') } }]
      : []
  })
}

const lostProblems = (context: LeaveContext, after: Topology): Problem[] => {
  const { topology, facts, leaving } = context
  const emptied = emptiedHosts(topology, after)
  return [...new Set(leaving.filter((one) => isLost(one, facts)).map(({ hostId }) => hostId))].map((host): Problem => {
    const gone = instancesOf(topology).filter(
      (one) =>
        one.hostId === host && (leaving.some(({ id }) => id === one.id) || (emptied.includes(host) && !selectable(topology).includes(one))),
    )
    const units = gone.map(({ unit }) => unit).join(', ')
    const paths = [...new Set(gone.flatMap(directoriesOf))].join(', ')
    const account = emptied.includes(host) ? topology.global.user : '-'
    return { code: 'scale-in.left-behind', severity: 'warning', params: { host, units, paths, account } }
  })
}

const accountProblems = ({ topology, facts, input }: LeaveContext, after: Topology): Problem[] =>
  emptiedHosts(topology, after).flatMap((host): Problem[] => {
    const made = accountDeeds(host, input).some(({ step }) => step.kind !== 'authorized-key')
    if (!made || input.given || !facts.hosts[host]?.system) return []
    return [{ code: 'scale-in.account-stays', severity: 'info', params: { host, user: topology.global.user } }]
  })
