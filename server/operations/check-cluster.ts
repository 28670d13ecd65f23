import type { VerifiedBinary } from '@/server/domain/api-ledger'
import type { CheckRow } from '@/server/domain/check-row'
import { componentSpec } from '@/server/domain/component'
import { isFine } from '@/server/domain/judge-binary'
import type { ClusterProbe } from '@/server/domain/probe'
import { hostsOf, instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { checkHost, hostCheckProbes } from './check-hosts'
import { checkMembers } from './check-members'
import { row } from './check-row'
import type { Needs, OperationFacts, OperationInput } from './input'
import { clockRows, packageRows, reachPairs, reachRow } from './preflight'
import { isExporter } from './select'

/** All questions of a cluster's report. Read-only; may be asked at any time, also beside a job. */
export const clusterCheckNeeds = (topology: Topology, input: OperationInput): Needs => {
  const pairs = reachPairs(topology)
  const instances = instancesOf(topology)
  return {
    host: Object.fromEntries(
      hostsOf(topology).map(({ hostId }) => [
        hostId,
        [
          ...hostCheckProbes(hostId, topology, input),
          ...pairs.filter(({ from }) => from === hostId).map(({ address, port }) => ({ probe: 'reach', address, port }) as const),
        ],
      ]),
    ),
    cluster: [
      { probe: 'members' },
      ...instances.flatMap((one): ClusterProbe[] => {
        if (one.component === 'dm-master') return [{ probe: 'health', instance: one.id }]
        const { health } = componentSpec(one.component)
        return !isExporter(one) && typeof health === 'object' ? [{ probe: 'up', instance: one.id }] : []
      }),
      ...(input.dmctl ? [{ probe: 'tasks', dmctl: input.dmctl.sha256 } as const] : []),
    ],
  }
}

type Books = { binaries: readonly VerifiedBinary[]; unapplied: readonly string[] }

/** The report of a cluster that is in the books: every check with what was expected and what was seen. */
export const checkCluster = (topology: Topology, facts: OperationFacts, input: OperationInput, books: Books): CheckRow[] => [
  ...(facts.cluster ? checkMembers(topology, facts.cluster) : []),
  ...hostsOf(topology).flatMap(({ hostId }) => checkHost(hostId, topology, facts, input)),
  ...clockRows(topology, facts),
  ...reachPairs(topology).map((pair) => reachRow(pair, facts)),
  ...books.binaries.map(binaryRow),
  ...instancesOf(topology).flatMap((one) => [
    ...packageRows(one, topology, input).map((found) => (found.state === 'fail' ? { ...found, state: 'warn' as const } : found)),
    row(
      !books.unapplied.includes(one.id),
      {
        ...{ host: one.hostId, subject: one.id, group: 'files', code: 'check.applied', params: { instance: one.id } },
        ...{
          expected: `revision ${input.revision}`,
          seen: books.unapplied.includes(one.id) ? 'an older one' : `revision ${input.revision}`,
        },
      },
      'warn',
    ),
    row(
      one.lifecycle === 'active',
      {
        ...{ host: one.hostId, subject: one.id, group: 'members', code: 'check.settled', params: { instance: one.id } },
        ...{ expected: 'active', seen: one.lifecycle },
      },
      'warn',
    ),
  ]),
]

const binaryRow = (one: VerifiedBinary): CheckRow =>
  row(
    one.verdict === 'unseen' ? undefined : isFine(one),
    {
      ...{
        host: one.host,
        subject: one.instance,
        group: 'packages',
        code: 'check.binary',
        params: { instance: one.instance, path: one.path },
      },
      expected: one.expected ? one.expected.entrySha256.slice(0, 12) : 'not noted',
      seen: `${one.verdict}${one.disk ? `, disk ${one.disk.slice(0, 12)}` : ''}${one.process ? `, process ${one.process.slice(0, 12)}` : ''}`,
    },
    one.verdict === 'not-noted' ? 'warn' : 'fail',
  )
