import type { ClusterFacts, HostFacts, UnitFact } from '@/server/domain/facts'
import type { HealthAnswer, HealthQuestion } from '@/server/domain/health'
import type { HostId } from '@/server/domain/instance'
import type { ClusterProbe, HostProbe } from '@/server/domain/probe'
import { memberTrouble, subtaskTrouble, subtaskWanted } from './judge-cluster'
import { unitInWords } from './verdict'

export type SeenForHealth = { hosts: Readonly<Record<HostId, HostFacts>>; cluster?: ClusterFacts }

type QuestionOf<K extends HealthQuestion['ask']> = Extract<HealthQuestion, { ask: K }>

/** What must be seen to judge a question: of its own host, and of the cluster. */
export const needsOf = (question: HealthQuestion): { host: readonly HostProbe[]; cluster: readonly ClusterProbe[] } => {
  const host: HostProbe[] =
    'unit' in question && question.ask !== 'subtask-as-before'
      ? [{ probe: 'unit', unit: question.unit, hashExe: question.ask === 'process-is' }]
      : []
  switch (question.ask) {
    case 'master-ready':
      return { host, cluster: [{ probe: 'members' }, { probe: 'health', instance: question.instance }] }
    case 'worker-ready':
      return { host, cluster: [{ probe: 'members' }] }
    case 'http-up':
      return { host, cluster: [{ probe: 'up', instance: question.instance }] }
    case 'unit-active':
    case 'process-is':
      return { host, cluster: [] }
    case 'version-is':
      return { host, cluster: [{ probe: 'version', instance: question.instance }] }
    case 'subtask-as-before':
      return { host, cluster: [{ probe: 'task', task: question.task }] }
    case 'leader-elsewhere':
    case 'worker-unbound':
    case 'source-bound':
    case 'member-absent':
    case 'worker-offline':
    case 'masters-settled':
      return { host, cluster: [{ probe: 'members' }] }
  }
}

/**
 * How a question stands. A unit that died is hopeless at once, though systemd will try again in a while: whoever waits
 * should see its exit status and logs now. So is a quorum that the running masters can't reach.
 */
export const judge = (question: HealthQuestion, seen: SeenForHealth): HealthAnswer => {
  const name = unitOf(question)
  const unit = seen.hosts[question.host]?.units[name]
  const expected = expectedOf(question)
  if (question.ask === 'master-ready' && question.running < quorumOf(question.masters)) {
    return {
      ok: false,
      expected,
      seen: `${question.running} of ${question.masters} masters run, quorum needs ${quorumOf(question.masters)}`,
      hopeless: true,
    }
  }
  if (unit && isDead(unit)) return { ok: false, expected, seen: `${name}: ${unitInWords(unit)}`, hopeless: true }
  const trouble = troubleOf(question, seen, unit)
  return { ok: trouble === '', expected, seen: trouble === '' ? expected : withUnit(trouble, name, unit), hopeless: false }
}

/** The unit that a question is about; '' when it is about the cluster. */
const unitOf = (question: HealthQuestion): string => ('unit' in question && question.ask !== 'subtask-as-before' ? question.unit : '')

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
    case 'process-is':
      return `/proc/PID/exe of ${question.unit} with sha256 ${question.sha256.slice(0, 12)}`
    case 'version-is':
      return `Release Version ${question.version}`
    case 'leader-elsewhere':
      return `a leader other than ${question.name}`
    case 'worker-unbound':
      return `no source bound to ${question.name}`
    case 'source-bound':
      return `${question.source} bound to a worker that is online`
    case 'subtask-as-before':
      return subtaskWanted(question)
    case 'member-absent':
      return `${question.name} not in the member list`
    case 'worker-offline':
      return `${question.name} offline`
    case 'masters-settled':
      return `a leader known, ${question.names.join(', ')} alive`
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
    case 'process-is':
      return unit?.exeSha256 === question.sha256 ? '' : `sha256 ${unit?.exeSha256?.slice(0, 12) ?? 'unknown'}`
    case 'version-is':
      return seen.cluster?.versions[question.instance] === question.version
        ? ''
        : `Release Version ${seen.cluster?.versions[question.instance] || 'unknown'}`
    case 'subtask-as-before':
      return subtaskTrouble(question, seen.cluster)
    case 'leader-elsewhere':
    case 'worker-unbound':
    case 'source-bound':
    case 'member-absent':
    case 'worker-offline':
    case 'masters-settled':
      return seen.cluster?.members ? memberTrouble(question, seen.cluster.members) : noMembers(seen.cluster)
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
