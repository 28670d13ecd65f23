import type { ClusterFacts, HostFacts, UnitFact } from '@/server/domain/facts'
import type { HealthAnswer, HealthQuestion } from '@/server/domain/health'
import type { HostId } from '@/server/domain/instance'
import type { ClusterProbe, HostProbe } from '@/server/domain/probe'
import { unitInWords } from './verdict'

export type SeenForHealth = { hosts: Readonly<Record<HostId, HostFacts>>; cluster?: ClusterFacts }

type QuestionOf<K extends HealthQuestion['ask']> = Extract<HealthQuestion, { ask: K }>

/** What must be seen to judge a question: of its own host, and of the cluster. */
export const needsOf = (question: HealthQuestion): { host: readonly HostProbe[]; cluster: readonly ClusterProbe[] } => {
  const host: HostProbe[] = [{ probe: 'unit', unit: question.unit, hashExe: false }]
  switch (question.ask) {
    case 'master-ready':
      return { host, cluster: [{ probe: 'members' }, { probe: 'health', instance: question.instance }] }
    case 'worker-ready':
      return { host, cluster: [{ probe: 'members' }] }
    case 'http-up':
      return { host, cluster: [{ probe: 'up', instance: question.instance }] }
    case 'unit-active':
      return { host, cluster: [] }
  }
}

/**
 * How a question stands. A unit that died is hopeless at once, though systemd will try again in a while: whoever waits
 * should see its exit status and logs now. So is a quorum that the running masters can't reach.
 */
export const judge = (question: HealthQuestion, seen: SeenForHealth): HealthAnswer => {
  const unit = seen.hosts[question.host]?.units[question.unit]
  const expected = expectedOf(question)
  if (question.ask === 'master-ready' && question.running < quorumOf(question.masters)) {
    return {
      ok: false,
      expected,
      seen: `${question.running} of ${question.masters} masters run, quorum needs ${quorumOf(question.masters)}`,
      hopeless: true,
    }
  }
  if (unit && isDead(unit)) return { ok: false, expected, seen: `${question.unit}: ${unitInWords(unit)}`, hopeless: true }
  const trouble = troubleOf(question, seen, unit)
  return { ok: trouble === '', expected, seen: trouble === '' ? expected : withUnit(trouble, question.unit, unit), hopeless: false }
}

/** More than half. */
export const quorumOf = (masters: number): number => Math.floor(masters / 2) + 1

const isDead = (unit: UnitFact): boolean =>
  unit.activeState === 'failed' ||
  unit.activeState === 'inactive' ||
  unit.loadState === 'not-found' ||
  (unit.activeState === 'activating' && unit.subState === 'auto-restart')

const withUnit = (trouble: string, name: string, unit: UnitFact | undefined): string =>
  unit && unit.activeState !== 'active' ? `${trouble}; ${name}: ${unitInWords(unit)}` : trouble

const expectedOf = (question: HealthQuestion): string => {
  switch (question.ask) {
    case 'master-ready':
      return `a leader known, ${question.name} alive, /health true`
    case 'worker-ready':
      return `${question.name} free, bound or relay`
    case 'http-up':
      return `${question.path} answers 2xx`
    case 'unit-active':
      return 'active (running)'
  }
}

/** What is missing, '' when nothing is. */
const troubleOf = (question: HealthQuestion, seen: SeenForHealth, unit: UnitFact | undefined): string => {
  switch (question.ask) {
    case 'master-ready':
      return masterTrouble(question, seen.cluster)
    case 'worker-ready':
      return workerTrouble(question, seen.cluster)
    case 'http-up':
      return upTrouble(question, seen.cluster)
    case 'unit-active':
      return unit?.activeState === 'active' && unit.subState === 'running' ? '' : unitInWords(unit)
  }
}

const noMembers = (cluster: ClusterFacts | undefined): string => cluster?.membersError ?? 'member list unknown'

const masterTrouble = (question: QuestionOf<'master-ready'>, cluster: ClusterFacts | undefined): string => {
  const own = cluster?.health[question.instance]
  if (!own) return '/health unknown'
  if (!own.answered || !own.healthy) return `/health: ${own.reason || 'false'}`
  const members = cluster.members
  if (!members) return noMembers(cluster)
  if (!members.leader) return 'no leader'
  // A removed member still answers and a follower forwards, so the name itself must be in the list.
  const listed = members.masters.find((one) => one.name === question.name)
  if (!listed) return `${question.name} is not in the member list`
  return listed.alive ? '' : `${question.name} is not alive in the member list`
}

const workerTrouble = (question: QuestionOf<'worker-ready'>, cluster: ClusterFacts | undefined): string => {
  const members = cluster?.members
  if (!members) return noMembers(cluster)
  const listed = members.workers.find((one) => one.name === question.name)
  if (!listed) return `${question.name} is not in the member list`
  return listed.stage === 'offline' ? `${question.name} is offline` : ''
}

const upTrouble = (question: QuestionOf<'http-up'>, cluster: ClusterFacts | undefined): string => {
  const up = cluster?.up[question.instance]
  if (up === undefined) return `${question.path} unknown`
  return up ? '' : `${question.path} does not answer 2xx`
}
