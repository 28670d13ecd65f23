import { z } from 'zod'
import type { ClusterFacts } from '@/server/domain/facts'
import type { StepOf } from '@/server/domain/step'
import { quorumOf } from './judge-health'
import { bash, shortMs } from './script'
import type { StepKind } from './step-kind'
import { unitRunningScript } from './unit-running'
import { judged } from './verdict'

type Leaving = StepOf<'member-absent'>

const listed = ({ type, name }: Leaving, cluster: ClusterFacts | undefined): boolean | undefined =>
  cluster?.members && (type === 'master' ? cluster.members.masters : cluster.members.workers).some((one) => one.name === name)

/** `10.0.0.1:8261`, `[::1]:8261`; the title's word before anybody looked. */
const leaderAt = (cluster: ClusterFacts | undefined): { address: string; port: number } => {
  const addr = cluster?.members?.leader?.addr ?? 'LEADER:8261'
  const at = addr.lastIndexOf(':')
  return { address: addr.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(addr.slice(at + 1)) }
}

/** `not exists` is what DM says of a member that is gone already; also what TiUP takes for done. */
const answer = z.object({ result: z.boolean(), msg: z.string().default('') })

/**
 * DM does not list the member. DELETE is sent once, to the leader itself, for a refusal is not harmless: DM has then already given up the
 * master's campaign key, and it may never lead again until it is restarted (recorded b3, b4).
 */
export const memberAbsent: StepKind<Leaving> = {
  needs: () => [],
  clusterNeeds: () => [{ probe: 'members' }],
  satisfied: (step, _seen, _turn, cluster) => judged(listed(step, cluster), (there) => !there),
  acts(step, cluster) {
    if (cluster && !cluster.members) return [] // nobody to ask: `explain` says what was heard
    const path = `/apis/v1alpha1/members/${step.type}/${encodeURIComponent(step.name)}`
    return [{ act: 'http', from: step.host, ...leaderAt(cluster), method: 'DELETE', path }]
  },
  waits: ({ host, type, name }) => ({ questions: [{ ask: 'member-absent', host, type, name }], timeoutMs: 60_000, stableMs: 0 }),
  amends(step, cluster) {
    const others = (cluster?.members?.masters ?? []).filter(({ alive, name }) => alive && name !== step.name).length
    // Without it the others must do, or its restart would take the majority away.
    if (!step.unit || others < quorumOf(step.masters)) return []
    return [{ act: 'exec', argv: bash(unitRunningScript, step.unit, 'try-restart'), as: 'root', deadlineMs: shortMs }]
  },
  predict: (_step, seen) => seen,
  explain: (step, _seen, _turn, cluster) => ({
    expected: `${step.type} ${step.name} not in the member list`,
    seen: cluster?.members
      ? listed(step, cluster)
        ? `${step.name} is listed`
        : 'absent'
      : (cluster?.membersError ?? 'member list unknown'),
  }),
  answered(_step, given) {
    if (given === 'refused' || given === 'timeout') return 'failed'
    if (given.status === 404) return 'ok'
    const read = answer.safeParse(parsed(given.body))
    return read.success && given.status === 200 && (read.data.result || /not exists/.test(read.data.msg)) ? 'ok' : 'failed'
  },
  afterCrash: 'probe',
}

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
