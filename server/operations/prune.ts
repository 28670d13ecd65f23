import type { MembersFact } from '@/server/domain/facts'
import type { HostId } from '@/server/domain/instance'
import type { Problem } from '@/server/domain/problem'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { type LaneDraft, phase, planOf, waitFor } from './build'
import type { Operation, OperationFacts, OperationInput } from './input'
import { aliveOthers, askingHost, leaseS, masterWay, settledS } from './leave-steps'
import { startNeeds } from './start'

/** Takes members out of DM's list that the topology does not have; shown one by one before. Touches no host's disk. */
export const prune: Operation = {
  name: 'prune',
  needs: (topology) => startNeeds(topology),
  validate: (topology, facts, input) => problems(topology, facts, input),
  plan: (topology, facts, input) => {
    const stale = chosen(topology, facts, input)
    const host = askingHost({ topology, facts, input, leaving: [] })
    const members = facts.cluster?.members
    const masters = stale.filter(({ type }) => type === 'master')
    return {
      blobs: [],
      plan: planOf('prune', topology, input, {
        phases: [
          phase(
            'plan.prune-workers',
            stale.flatMap((one) => (one.type === 'worker' ? [workerLane(one, host)] : [])),
          ),
          phase('plan.prune-masters', members ? masters.map((one) => masterLane(one, host, { members, input, stale: masters })) : [], {
            width: 1,
          }),
        ],
        problems: prune.validate(topology, facts, input),
        impact: { sources: [], masterOutageS: 0 },
        tiupCommand: `tiup dm prune ${input.clusterName}`,
        destructive: false,
      }),
    }
  },
}

type StaleMember = { type: 'master' | 'worker'; name: string; address: string; alive: boolean }

/** Members of DM that the topology does not have. */
const staleMembers = (topology: Topology, members: MembersFact): StaleMember[] => {
  const known = new Set(instancesOf(topology).map(({ component, name }) => `${component} ${name}`))
  const workers = members.workers.filter(({ name }) => !known.has(`dm-worker ${name}`))
  const masters = members.masters.filter(({ name }) => !known.has(`dm-master ${name}`))
  return [
    ...workers.map(({ name, addr, stage }) => ({ type: 'worker', name, address: addr, alive: stage !== 'offline' }) as const),
    ...masters.map(({ name, clientUrls, alive }) => ({ type: 'master', name, address: clientUrls[0] ?? '-', alive }) as const),
  ]
}

const chosen = (topology: Topology, { cluster }: OperationFacts, { members: names }: OperationInput): StaleMember[] =>
  cluster?.members ? staleMembers(topology, cluster.members).filter(({ name }) => !names?.length || names.includes(name)) : []

const problems = (topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] => {
  const members = facts.cluster?.members
  if (!members) return [{ code: 'prune.members-unknown', severity: 'error', params: { reason: facts.cluster?.membersError ?? '' } }]
  const stale = chosen(topology, facts, input)
  const unknown = (input.members ?? []).filter((name) => !stale.some((one) => one.name === name))
  if (unknown.length > 0)
    return unknown.map((name): Problem => ({ code: 'prune.unknown', severity: 'error', path: 'names', params: { name } }))
  if (stale.length === 0) return [{ code: 'prune.nothing', severity: 'error', params: {} }]
  return stale.flatMap((one): Problem[] => {
    const params = { name: one.name, address: one.address }
    if (one.type === 'worker')
      return [
        one.alive
          ? { code: 'prune.worker-online', severity: 'warning', params: { ...params, seconds: leaseS.relay } }
          : { code: 'prune.worker', severity: 'info', params },
      ]
    if (masterWay(one.name, members) === 'refused') return [{ code: 'prune.no-quorum', severity: 'error', params }]
    return [one.alive ? { code: 'prune.master-alive', severity: 'warning', params } : { code: 'prune.master', severity: 'info', params }]
  })
}

const workerLane = ({ name }: StaleMember, host: HostId): LaneDraft => ({
  subject: name,
  login: 'deploy',
  steps: [
    { subject: `offline-${name}`, step: { kind: 'awaited', host, gate: waitFor([{ ask: 'worker-offline', host, name }], leaseS.relay) } },
    { subject: name, step: { kind: 'member-absent', host, type: 'worker', name, masters: 0 } },
  ],
})

/** One after another: DM takes a second change only when the members have settled. */
const masterLane = (
  { name }: StaleMember,
  host: HostId,
  { members, input, stale }: { members: MembersFact; input: OperationInput; stale: readonly StaleMember[] },
): LaneDraft => {
  const dead = members.masters.filter(({ alive }) => !alive).map((one) => one.name)
  const names = aliveOthers(name, members).flatMap((one) => (stale.some((other) => other.name === one.name) ? [] : [one.name]))
  const gate = waitFor([{ ask: 'masters-settled', host, names, except: dead }], input.waitTimeoutS ?? 120, settledS * 1000)
  return {
    subject: name,
    login: 'deploy',
    steps: [
      { subject: `settled-${name}`, step: { kind: 'awaited', host, gate } },
      { subject: name, step: { kind: 'member-absent', host, type: 'master', name, masters: members.masters.length } },
    ],
  }
}
