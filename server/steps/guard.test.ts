import { expect, it } from 'vitest'
import { type ClusterFacts, noClusterFacts, noHostFacts, type SubtaskFact, type WorkerFact } from '@/server/domain/facts'
import type { StepOf } from '@/server/domain/step'
import { guard } from './guard'

const step: StepOf<'guard'> = {
  ...{ kind: 'guard', id: '1', host: 'h' },
  asks: { guard: 'passwords-read', sources: ['m1', 'm2'], tasks: [{ task: 't1', source: 'm1' }] },
}
const worker = (source: string, stage: WorkerFact['stage'] = 'bound'): WorkerFact => ({ name: `w-${source}`, addr: 'x', stage, source })
const subtask = (stage: string, error = ''): SubtaskFact => ({
  ...{ task: 't1', source: 'm1', worker: 'w-m1', stage, unit: 'Sync', error, ddlLock: '' },
})
const cluster = (workers: readonly WorkerFact[], tasks?: readonly SubtaskFact[]): ClusterFacts => ({
  ...noClusterFacts('now'),
  members: { leader: null, masters: [], workers, seenFrom: 'i' },
  ...(tasks ? { tasks } : {}),
})
const both = [worker('m1'), worker('m2')]
const judge = (facts: ClusterFacts | undefined, of = step) => guard.satisfied(of, noHostFacts('now'), { incarnation: '' }, facts)
const seen = (facts: ClusterFacts) => guard.explain(step, noHostFacts('now'), { incarnation: '' }, facts).seen

it('passwords are read where every source is bound and every task runs', () => {
  expect(judge(cluster(both, [subtask('Running')]))).toBe('yes')
  expect(judge(cluster(both, [subtask('Finished')]))).toBe('yes')
  expect(judge(cluster(both, [subtask('Paused', 'Error 1045: Access denied')]))).toBe('no')
  expect(judge(cluster([worker('m1'), worker('m2', 'offline')], [subtask('Running')]))).toBe('no')
  expect(judge(cluster(both, []))).toBe('no')
})

it('what nobody has said is not known; without tasks the sources decide', () => {
  expect(judge(cluster(both))).toBe('unknown')
  expect(judge(noClusterFacts('now'))).toBe('unknown')
  expect(judge(undefined)).toBe('unknown')
  expect(judge(cluster(both), { ...step, asks: { guard: 'passwords-read', sources: ['m1'], tasks: [] } })).toBe('yes')
})

it('says in DM’s words what is wrong, and has a sentence of its own', () => {
  expect(seen(cluster([worker('m1')], [subtask('Paused', 'Error 1045: Access denied')]))).toBe(
    'm2 is bound to no worker that is online; t1 on m1: Paused: Error 1045: Access denied',
  )
  expect(guard.failure?.(step)).toBe('upgrade.passwords-unread')
  expect(guard.failure?.({ ...step, asks: { guard: 'root' } })).toBe('engine.guard')
})
