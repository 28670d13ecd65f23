import type { HostId } from '@/server/domain/instance'
import type { Problem } from '@/server/domain/problem'
import { hostsOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { type LaneDraft, phase, planOf } from './build'
import type { Needs, Operation, OperationFacts, OperationInput } from './input'

const nothing: NonNullable<OperationInput['rotate']> = { publicKey: '', former: { credentialId: '', publicKey: '' }, leaveAway: false }

/**
 * A new key of the deploy user: beside the former one on every host, proven on all of them by a fresh login, then it is the cluster's,
 * and only then does the former one go, host by host, proven to be refused. Interrupted at any point, every host lets in whom the books
 * name. Finishing: the same for hosts that still have the former key.
 */
export const rotateSsh: Operation = {
  name: 'rotate-ssh',
  needs: (topology, input) => needs(topology, input),
  validate: (topology, facts, input) => problemsOf(topology, facts, input),
  plan: (topology, facts, input) => {
    const { publicKey, former, finish } = input.rotate ?? nothing
    const { user, credentialId } = input.deploy
    const seen = concerned(topology, input).filter((host) => facts.hosts[host]?.system)
    const on = (login: LaneDraft['login'], steps: (host: HostId) => LaneDraft['steps']): LaneDraft[] =>
      seen.map((host) => ({ subject: host, login, steps: steps(host) }))
    const all = hostsOf(topology).map(({ hostId }) => hostId)
    const record = { change: 'key-switched', credentialId, former: { ...former, hosts: all } } as const
    const switched: LaneDraft = {
      subject: input.clusterName,
      login: 'deploy',
      steps: [{ subject: record.change, step: { kind: 'recorded', record } }],
    }
    const plan = planOf('rotate-ssh', topology, input, {
      phases: [
        phase(
          'plan.rotate-add',
          on('given', (host) => [{ subject: user, step: { kind: 'authorized-key', host, user, key: publicKey } }]),
        ),
        phase(
          'plan.rotate-prove',
          on('deploy', (host) => [{ subject: user, step: { kind: 'login-works', host, user, credentialId } }]),
        ),
        ...(finish ? [] : [phase('plan.rotate-switch', [switched])]),
        phase(
          'plan.rotate-remove',
          on('deploy', (host) => [
            { subject: user, step: { kind: 'authorized-key-absent', host, user, key: former.publicKey } },
            { subject: user, step: { kind: 'login-refused', host, user, credentialId: former.credentialId } },
          ]),
        ),
      ],
      problems: problemsOf(topology, facts, input),
      impact: { sources: [], masterOutageS: 0 },
      tiupCommand: `tiup dm rotatessh ${input.clusterName}`,
      destructive: false,
    })
    return { plan, blobs: [] }
  },
}

/** All hosts, or those that are left from a rotation before. */
const concerned = (topology: Topology, input: OperationInput): HostId[] => {
  const { finish } = input.rotate ?? {}
  return hostsOf(topology).flatMap(({ hostId }) => (finish && !finish.includes(hostId) ? [] : [hostId]))
}

const needs = (topology: Topology, input: OperationInput): Needs => {
  const { publicKey, former } = input.rotate ?? nothing
  const { user } = input.deploy
  const of = [
    { probe: 'system' },
    { probe: 'authorized-key', user, key: publicKey },
    { probe: 'authorized-key', user, key: former.publicKey },
  ] as const
  return { host: Object.fromEntries(concerned(topology, input).map((host) => [host, of])), cluster: [] }
}

const problemsOf = (topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] => {
  const { leaveAway, finish } = input.rotate ?? nothing
  const hosts = concerned(topology, input)
  const away = hosts.filter((host) => !facts.hosts[host]?.system)
  if (away.length === hosts.length && hosts.length > 0) return [{ code: 'rotate.all-away', severity: 'error', params: {} }]
  if (away.length === 0) return []
  const params = { hosts: away.join(', ') }
  if (finish) return [{ code: 'rotate.still-away', severity: 'warning', params }]
  return [{ code: leaveAway ? 'rotate.left' : 'rotate.away', severity: leaveAway ? 'warning' : 'error', params }]
}
