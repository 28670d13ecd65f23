import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyJobView, foldEntry, foldJournal, IllegalEntry } from './fold-journal'
import type { Choice, Entry, EntryBody, Question } from './journal'
import type { Plan } from './plan'

const lane = (phase: number, n: number, steps: number, more: object = {}) => ({
  id: `${phase}.${n}`,
  subject: `h${n}`,
  login: 'deploy' as const,
  steps: Array.from({ length: steps }, (_, i) => ({
    kind: 'directory' as const,
    id: `${phase}.${n}/s${i}`,
    host: `h${n}`,
    path: `/d/${i}`,
    mode: '0755',
    owner: 'o',
    group: 'g',
  })),
  ...more,
})
const gate = { questions: [{ ask: 'unit-active' as const, host: 'h1', unit: 'u' }], timeoutMs: 1000, stableMs: 0 }
const planOf = (phases: ReturnType<typeof lane>[][]): Plan => ({
  format: 1,
  operation: 'start',
  cluster: 'c',
  topologyRevision: 1,
  deployUser: 'tidb',
  hosts: {},
  phases: phases.map((lanes, i) => ({ id: `${i}`, title: { word: 't' }, lanes, width: 4, tolerance: 0 })),
  problems: [],
  impact: { sources: [], masterOutageS: 0 },
  tiupCommand: '',
  destructive: false,
})

type Place = { phase?: string; lane?: string; step?: string }
/** Writes entries as an engine would; `attempt` and `seq` are kept here. */
class Book {
  entries: Entry[] = []
  attempt = 0
  add(body: EntryBody, place: Place = {}): this {
    const seq = this.entries.length + 1
    if (body.kind === 'claimed') this.attempt += 1
    this.entries.push({ ...body, ...place, seq, attempt: this.attempt, at: new Date(seq * 1000).toISOString() })
    return this
  }
  claim = (resumed = false) => this.add({ kind: 'claimed', runner: 'r', resumed })
  begin = () => this.claim().add({ kind: 'phase-started' }, { phase: '0' }).add({ kind: 'lane-started', incarnation: '' }, in0)
  fail = () => this.add({ kind: 'failed', expected: 'x', seen: 'y', error: { code: 'engine.exit', params: {} }, tails: [] }, step0)
  ask = (about: Question['about'], choices: Choice[], id = 'q1') =>
    this.add({
      kind: 'question',
      question: { id, about, phase: '0', lane: '0.1', ...(about === 'step-failed' ? { step: step0.step } : {}), choices },
    })
  answer = (choice: Choice, id = 'q1') => this.add({ kind: 'answered', question: id, choice, reason: 'because', by: 'ann' })
}
const in0 = { phase: '0', lane: '0.1' }
const step0 = { ...in0, step: '0.1/s0' }
const step1 = { ...in0, step: '0.1/s1' }
const done: EntryBody = { kind: 'done', made: ['/d'], durationMs: 1 }
const two = planOf([[lane(0, 1, 2)], [lane(1, 1, 1)]])

/** A legal journal: every phase, lane and step in an order that the dice choose, with interruptions, failures, skips and output. */
const legal = (plan: Plan, dice: () => number): Entry[] => {
  const book = new Book().claim()
  let questions = 0
  const pick = (...weights: number[]): number => {
    let left = dice() * weights.reduce((a, b) => a + b, 0)
    return weights.findIndex((weight) => {
      left -= weight
      return left < 0
    })
  }
  for (const phase of plan.phases) {
    book.add({ kind: 'phase-started' }, { phase: phase.id })
    const open = [...phase.lanes].map((each) => ({ lane: each, next: -1 }))
    while (open.length > 0) {
      const turn = open[Math.floor(dice() * open.length)]
      if (!turn) break
      const at = { phase: phase.id, lane: turn.lane.id }
      const step = turn.lane.steps[turn.next]
      if (turn.next === -1) book.add({ kind: 'lane-started', incarnation: 'b 1' }, at)
      else if (step) {
        const place = { ...at, step: step.id }
        const how = pick(5, 2, 1, 1, 1)
        if (how === 0) book.add({ kind: 'started' }, place).add({ kind: 'output', stream: 'stdout', text: 'x' }, place).add(done, place)
        else if (how === 1) book.add({ kind: 'already' }, place)
        else if (how === 2) {
          book.add({ kind: 'started' }, place).claim(true)
          if (dice() < 0.5) book.add({ kind: 'started' }, place)
          book.add(done, place)
        } else {
          const id = `q${++questions}`
          book.add({ kind: 'started' }, place)
          book.add({ kind: 'failed', expected: 'x', seen: 'y', error: { code: 'c', params: {} }, tails: [] }, place)
          book.add({ kind: 'question', question: { id, about: 'step-failed', ...place, choices: ['retry', 'skip'] } })
          book.add({ kind: 'answered', question: id, choice: how === 3 ? 'retry' : 'skip', reason: '', by: 'u' })
          if (how === 3) book.add({ kind: 'started' }, place).add(done, place)
          else book.add({ kind: 'skipped', reason: '', by: 'u' }, place)
        }
      } else {
        if (turn.lane.gate) book.add({ kind: 'gate-waiting', answers: [], untilMs: 5 }, at).add({ kind: 'gate-passed' }, at)
        book.add({ kind: 'lane-ended', outcome: 'done' }, at)
        open.splice(open.indexOf(turn), 1)
      }
      turn.next += 1
    }
    book.add({ kind: 'phase-ended' }, { phase: phase.id })
  }
  return book.add({ kind: 'ended', state: 'succeeded', reason: '' }).entries
}

const plans = fc
  .array(fc.array(fc.tuple(fc.nat(3), fc.boolean()), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
  .map((phases) => planOf(phases.map((lanes, p) => lanes.map(([steps, gated], n) => lane(p, n + 1, steps, gated ? { gate } : {})))))
const seeded = (seed: number) => () => {
  seed = (seed * 1103515245 + 12345) % 2147483648
  return seed / 2147483648
}

describe('foldJournal', () => {
  it('folds every prefix of a legal journal, the same entry by entry as at once', () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 1e9 }), (plan, seed) => {
        const entries = legal(plan, seeded(seed))
        let view = emptyJobView(plan)
        for (const [i, entry] of entries.entries()) {
          const before = JSON.stringify(view)
          const next = foldEntry(plan, view, entry)
          expect(JSON.stringify(view)).toBe(before)
          view = next
          if (i % 7 === 0) expect(foldJournal(plan, entries.slice(0, i + 1))).toEqual(view)
        }
        expect(view.state).toBe('succeeded')
        expect(Object.values(view.steps).every(({ state }) => ['done', 'already', 'skipped'].includes(state))).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('refuses a legal journal with one entry left out', () => {
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 1e9 }), fc.nat(), (plan, seed, at) => {
        const entries = legal(plan, seeded(seed))
        const cut = at % (entries.length - 1)
        expect(() =>
          foldJournal(
            plan,
            entries.filter((_, i) => i !== cut),
          ),
        ).toThrow(IllegalEntry)
      }),
    )
  })

  it('lets a failed step be retried, and only after somebody asked for it', () => {
    const failed = () => new Book().begin().add({ kind: 'started' }, step0).fail()
    expect(() => foldJournal(two, failed().add({ kind: 'started' }, step0).entries)).toThrow(IllegalEntry)
    const asked = failed().ask('step-failed', ['retry', 'skip', 'give-up'])
    expect(foldJournal(two, asked.entries)).toMatchObject({ state: 'waiting', question: { id: 'q1' } })
    const view = foldJournal(two, asked.answer('retry').add({ kind: 'started' }, step0).add(done, step0).entries)
    expect(view.steps['0.1/s0']).toMatchObject({ state: 'done', made: ['/d'] })
    expect(view.steps['0.1/s0']?.failure).toBeUndefined()
    expect(view.state).toBe('running')
  })

  it('keeps who skipped a step and why', () => {
    const book = new Book().begin().add({ kind: 'started' }, step0).fail().ask('step-failed', ['retry', 'skip']).answer('skip')
    const view = foldJournal(two, book.add({ kind: 'skipped', reason: 'not here', by: 'ann' }, step0).entries)
    expect(view.steps['0.1/s0']).toMatchObject({ state: 'skipped', skip: { reason: 'not here', by: 'ann' } })
    expect(() => foldJournal(two, book.add({ kind: 'started' }, step0).entries)).toThrow(/skipped/)
  })

  it('gives up', () => {
    const book = new Book().begin().add({ kind: 'started' }, step0).fail().ask('step-failed', ['give-up']).answer('give-up')
    book.add({ kind: 'lane-ended', outcome: 'failed' }, in0).add({ kind: 'ended', state: 'failed', reason: 'given up' })
    expect(foldJournal(two, book.entries)).toMatchObject({ state: 'failed', reason: 'given up' })
    expect(() => foldJournal(two, book.claim(true).entries)).toThrow(/has ended/)
  })

  it('takes a cancel at any time, and forgets the question', () => {
    expect(foldJournal(two, new Book().add({ kind: 'cancel-requested', by: 'ann' }).entries)).toMatchObject({
      state: 'queued',
      cancelRequested: true,
    })
    const book = new Book()
      .begin()
      .add({ kind: 'started' }, step0)
      .fail()
      .ask('step-failed', ['retry'])
      .add({ kind: 'cancel-requested', by: 'ann' })
    book.add({ kind: 'lane-ended', outcome: 'cancelled' }, in0).add({ kind: 'ended', state: 'cancelled', reason: '' })
    const view = foldJournal(two, book.entries)
    expect(view.state).toBe('cancelled')
    expect(view.question).toBeUndefined()
  })

  it('lets a higher attempt begin an interrupted step again, and refuses the former attempt afterwards', () => {
    const book = new Book().begin().add({ kind: 'started' }, step0)
    expect(() => foldJournal(two, [...book.entries, { kind: 'started', ...step0, seq: 5, attempt: 1, at: '' }])).toThrow(/running already/)
    const view = foldJournal(two, book.claim(true).add({ kind: 'started' }, step0).add(done, step0).entries)
    expect(view).toMatchObject({ attempt: 2, steps: { '0.1/s0': { state: 'done', attempt: 2 } } })
    expect(() => foldJournal(two, [...book.entries, { kind: 'started', ...step1, seq: 8, attempt: 1, at: '' }])).toThrow(
      /attempt 1 during attempt 2/,
    )
  })

  it('keeps a question open across a new attempt', () => {
    const book = new Book().begin().add({ kind: 'started' }, step0).fail().ask('step-failed', ['retry']).claim(true)
    expect(foldJournal(two, book.entries)).toMatchObject({ state: 'waiting', attempt: 2, question: { id: 'q1' } })
  })

  it.each<[string, EntryBody, Place]>([
    ['a lane that was not begun ends', { kind: 'lane-ended', outcome: 'done' }, { phase: '1', lane: '1.1' }],
    ['a lane ends as done before its steps', { kind: 'lane-ended', outcome: 'done' }, in0],
    ['a later phase begins before the earlier ended', { kind: 'phase-started' }, { phase: '1' }],
    ['a step of a lane that was not begun', { kind: 'started' }, { phase: '1', lane: '1.1', step: '1.1/s0' }],
    ['done without started', done, step0],
    ['an unknown step', { kind: 'started' }, { ...in0, step: 'nowhere' }],
    ['an answer that nobody waits for', { kind: 'answered', question: 'q9', choice: 'retry', reason: '', by: '' }, {}],
    ['success before the end', { kind: 'ended', state: 'succeeded', reason: '' }, {}],
    ['a gate that is not there', { kind: 'gate-passed' }, in0],
    ['a skip of a step that did not fail', { kind: 'skipped', reason: '', by: '' }, step0],
  ])('refuses: %s', (_title, body, place) => {
    expect(() => foldJournal(two, new Book().begin().add(body, place).entries)).toThrow(IllegalEntry)
  })

  it('refuses an answer that was not offered, and a second answer', () => {
    const book = () => new Book().begin().add({ kind: 'started' }, step0).fail().ask('step-failed', ['retry'])
    expect(() => foldJournal(two, book().answer('skip').entries)).toThrow(/not offered/)
    expect(() => foldJournal(two, book().answer('retry').answer('retry').entries)).toThrow(/not open/)
  })

  it('shows a gate from waiting to waived', () => {
    const plan = planOf([[lane(0, 1, 0, { gate })]])
    const book = new Book().begin().add({ kind: 'gate-waiting', answers: [], untilMs: 5000 }, in0).ask('gate-failed', ['retry', 'continue'])
    expect(foldJournal(plan, book.entries).lanes['0.1']?.gate?.state).toBe('failed')
    book
      .answer('continue')
      .add({ kind: 'gate-waived', reason: 'because', by: 'ann' }, in0)
      .add({ kind: 'lane-ended', outcome: 'done' }, in0)
    expect(foldJournal(plan, book.entries).lanes['0.1']).toMatchObject({ state: 'done', gate: { state: 'waived' } })
  })
})
