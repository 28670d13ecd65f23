import type { ClusterFacts, MembersFact, SubtaskFact } from '@/server/domain/facts'
import type { HealthQuestion } from '@/server/domain/health'

type QuestionOf<K extends HealthQuestion['ask']> = Extract<HealthQuestion, { ask: K }>
type MemberQuestion = QuestionOf<
  'leader-elsewhere' | 'worker-unbound' | 'source-bound' | 'member-absent' | 'worker-offline' | 'masters-settled'
>

/** What the member list says against a question; '' when it holds. */
export const memberTrouble = (question: MemberQuestion, members: MembersFact): string => {
  switch (question.ask) {
    case 'leader-elsewhere':
      if (!members.leader) return 'no leader'
      return members.leader.name === question.name ? `${question.name} leads` : ''
    case 'worker-unbound': {
      const source = members.workers.find(({ name }) => name === question.name)?.source ?? ''
      return source === '' ? '' : `${source} is bound to it`
    }
    case 'source-bound': {
      const holder = members.workers.find(({ source, stage }) => source === question.source && stage === 'bound')
      return holder ? '' : `${question.source} is bound to no worker that is online`
    }
    case 'member-absent': {
      const names = (question.type === 'master' ? members.masters : members.workers).map(({ name }) => name)
      return names.includes(question.name) ? `${question.name} is listed` : ''
    }
    case 'worker-offline': {
      const stage = members.workers.find(({ name }) => name === question.name)?.stage
      return stage === undefined || stage === 'offline' ? '' : `${question.name} is ${stage}`
    }
    case 'masters-settled': {
      const dead = members.masters.filter(({ alive, name }) => !alive && !question.except.includes(name)).map(({ name }) => name)
      const missing = question.names.filter((name) => !members.masters.some((one) => one.name === name))
      if (!members.leader) return 'no leader'
      return [...dead.map((name) => `${name} is not alive`), ...missing.map((name) => `${name} is not listed`)].join(', ')
    }
  }
}

/** A task only goes forward through these; Finished is as good as Running. */
const order = ['Check', 'Dump', 'Load', 'Sync']
const runs = (stage: string): boolean => stage === 'Running' || stage === 'Finished'

export const subtaskWanted = (question: QuestionOf<'subtask-as-before'>): string => {
  const lag = question.lagS === null ? '' : `, at most ${question.lagS} s behind`
  return `task ${question.task} on ${question.source}: ${question.stage} ${question.unit}${lag}, as at review or better`
}

/** What is worse than it was; '' when nothing is. A task that was paused or stopped at review may be so now. */
export const subtaskTrouble = (question: QuestionOf<'subtask-as-before'>, cluster: ClusterFacts | undefined): string => {
  if (!cluster?.tasks) return cluster?.tasksError ?? 'tasks unknown'
  const now = cluster.tasks.find(({ task, source }) => task === question.task && source === question.source)
  if (!now) return `task ${question.task} on ${question.source} is not reported`
  if (runs(question.stage) && !runs(now.stage)) return `${now.stage}${now.error === '' ? '' : `: ${now.error}`}`
  return runs(question.stage) ? behind(question, now) : ''
}

const behind = (question: QuestionOf<'subtask-as-before'>, now: SubtaskFact): string => {
  if (order.indexOf(now.unit) < order.indexOf(question.unit)) return `back in ${now.unit}`
  if (question.lagS === null || now.stage === 'Finished') return ''
  if (now.lagS === undefined) return 'lag unknown'
  return now.lagS > question.lagS ? `${now.lagS} s behind` : ''
}
