import { isCurrent } from '@/server/domain/ledger'
import type { Problem } from '@/server/domain/problem'
import { hostsOf, instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { cachedPackagePath } from '@/server/probes/package-in-cache'
import { type LaneDraft, phase, planOf, recordLane } from './build'
import type { Operation, OperationFacts, OperationInput } from './input'
import { unseenHosts } from './select'
import { wishOf } from './upgrade'

/** The last upgrade is final: its way back ends, and packages that none of the cluster's instances has any more leave the hosts' caches. */
export const finalise: Operation = {
  name: 'finalise',
  needs: (topology) => ({ host: Object.fromEntries(hostsOf(topology).map(({ hostId }) => [hostId, [{ probe: 'system' }]])), cluster: [] }),
  validate: (topology, facts, input) => problemsOf(topology, facts, input),
  plan: (topology, facts, input) => ({
    blobs: [],
    plan: planOf('finalise', topology, input, {
      phases: [
        phase(
          'plan.prune-packages',
          hostsOf(topology).map(({ hostId }) => pruneLane(hostId, topology, input)),
        ),
        phase('plan.left-folders', leftLanes(input)),
        phase('plan.record', [recordLane(input.clusterName, { change: 'upgrade-finalised' })]),
      ],
      problems: problemsOf(topology, facts, input),
      impact: { sources: [], masterOutageS: 0 },
      tiupCommand: `dm-panel finalise ${input.clusterName}`,
      destructive: (wishOf(input).open?.left.length ?? 0) > 0,
    }),
  }),
}

const problemsOf = (topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] => {
  const { open } = wishOf(input)
  if (!open) return [{ code: 'rollback.nothing', severity: 'error', params: {} }]
  if (open.state === 'redeploying') return [{ code: 'upgrade.redeploy-open', severity: 'error', params: { from: open.from } }]
  const unfinished =
    open.state === 'redeployed' || open.to === input.version
      ? []
      : [{ code: 'finalise.unfinished', severity: 'error', params: { to: open.to } } as const]
  return [...unfinished, ...unseenHosts(instancesOf(topology), facts)]
}

/** Folders of the new version, after a redeploy of the former one. */
const leftLanes = (input: OperationInput): LaneDraft[] => {
  const left = wishOf(input).open?.left ?? []
  return [...new Set(left.map(({ host }) => host))].map((host) => ({
    subject: host,
    login: 'deploy',
    steps: left
      .filter((one) => one.host === host)
      .map(({ path }) => ({ subject: path, step: { kind: 'path-absent', host, path, onlyEmpty: false } })),
  }))
}

/** Former packages of the host's instances, unless one of them (of any cluster: `keepOnHosts`) still has it. */
const pruneLane = (host: string, topology: Topology, input: OperationInput): LaneDraft => {
  const own = new Set(instancesOf(topology).flatMap((one) => (one.hostId === host ? [one.id] : [])))
  const ledger = (input.ledger ?? []).filter(({ instance }) => own.has(instance))
  const kept = new Set([...ledger.filter(isCurrent).map(({ packageSha256 }) => packageSha256), ...(wishOf(input).keep ?? [])])
  const former = [...new Set(ledger.map(({ packageSha256 }) => packageSha256))].filter((sha256) => !kept.has(sha256))
  return {
    subject: host,
    login: 'deploy',
    steps: former.map((sha256) => ({
      subject: sha256.slice(0, 12),
      step: { kind: 'path-absent', host, path: cachedPackagePath(sha256), onlyEmpty: false },
    })),
  }
}
