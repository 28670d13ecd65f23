import { describe, expect, it } from 'vitest'
import type { JobView } from '@/server/domain/job'
import type { Plan } from '@/server/domain/plan'
import { planRows, progressOf } from './plan-rows'

const plan: Plan = {
  format: 1,
  operation: 'start',
  cluster: 'c1',
  topologyRevision: 1,
  deployUser: 'tidb',
  hosts: {},
  phases: [
    {
      id: '1',
      title: { word: 'phase.x' },
      width: 1,
      tolerance: 0,
      lanes: [
        {
          id: '1.1',
          subject: '10.0.0.1:8261',
          login: 'deploy',
          steps: [{ kind: 'unit-running', id: 'a', host: '10.0.0.1', unit: 'u', started: 'any', logs: [] }],
          gate: { questions: [], timeoutMs: 1, stableMs: 0 },
        },
        {
          id: '1.2',
          subject: '10.0.0.2:8261',
          login: 'deploy',
          steps: [{ kind: 'unit-running', id: 'b', host: '10.0.0.2', unit: 'u', started: 'any', logs: [] }],
        },
      ],
    },
  ],
  problems: [],
  impact: { sources: [], masterOutageS: 0 },
  tiupCommand: '',
  destructive: false,
}
const job: JobView = {
  state: 'waiting',
  attempt: 1,
  ownErrors: 0,
  cancelRequested: false,
  pauseRequested: false,
  question: { id: 'q', about: 'step-failed', phase: '1', lane: '1.1', step: 'a', choices: ['retry'] },
  answers: {},
  waived: {},
  breakIns: [],
  phases: { 1: { id: '1', state: 'running' } },
  lanes: { '1.1': { id: '1.1', state: 'running' } },
  steps: { a: { id: 'a', state: 'failed', made: [] } },
  lastSeq: 3,
}

describe('rows of a plan', () => {
  it('say of what a job that is over never began that it did not run', () => {
    const { question: _, ...rest } = job
    const over: JobView = { ...rest, state: 'cancelled', lanes: { '1.1': { id: '1.1', state: 'cancelled' } }, steps: {} }
    const open = { 1: true, '1.1': true, '1.2': true }
    expect(planRows({ plan, toggled: open, job: over }).flatMap((row) => (row.row === 'gate' ? [] : [row.state]))).toEqual(
      Array(5).fill('cancelled'),
    )
    expect(planRows({ plan, toggled: open, job: { ...over, phases: {}, lanes: {} } })[0]?.state).toBe('cancelled')
  })

  it('fold to phases in the review and say what is so already', () => {
    expect(planRows({ plan, toggled: {} }).map((row) => row.row)).toEqual(['phase'])
    expect(planRows({ plan, toggled: {}, forecast: { a: 'already', b: 'already' } })[0]?.state).toBe('already')
    expect(progressOf(plan, undefined, { a: 'already', b: 'will-run' })).toMatchObject({ total: 2, already: 1 })
  })

  it('open the failed lane by themselves, with its step and gate', () => {
    const rows = planRows({ plan, job, toggled: {} })
    expect(rows.map((row) => `${row.row} ${row.state}`)).toEqual([
      'phase failed',
      'lane failed',
      'step failed',
      'gate will-run',
      'lane will-run',
    ])
  })

  it('obey the reader', () => {
    expect(planRows({ plan, job, toggled: { 1: false } })).toHaveLength(1)
    expect(planRows({ plan, toggled: { 1: true, '1.2': true } }).map((row) => row.row)).toEqual(['phase', 'lane', 'lane', 'step'])
  })
})
