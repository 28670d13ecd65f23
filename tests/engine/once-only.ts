import { expect } from 'vitest'
import type { Choice } from '@/server/domain/journal'
import type { Plan } from '@/server/domain/plan'
import type { Engine } from '@/server/engine/engine'
import type { JobEnd } from '@/server/engine/run-job'
import { appendByUser, readJournal } from '@/server/store/journal'
import { attempt, type Ground } from './sim-plans'

class Crash extends Error {}

/** Runs with the runner dying at one point, or at none; resolves with the points that it has passed. */
export const dyingAt = async (ground: Ground, plan: Plan, at: string, engine: Partial<Engine> = {}): Promise<string[]> => {
  const passed: string[] = []
  let dead = false
  const point = (name: string): void => {
    if (dead) throw new Crash(at)
    passed.push(name)
    dead = name === at
    if (dead) throw new Crash(at)
  }
  ground.transport.hooks = {
    before: (host, what) => point(`sent ${host} ${what.split(' ')[0]}`),
    after: (host, what) => point(`ran ${host} ${what.split(' ')[0]}`),
    midUpload: (host, what) => point(`half of ${host} ${what.split(' ')[0]}`),
  }
  await attempt(ground, plan, { ...engine, boundary: point }).catch((error: unknown) => {
    if (!(error instanceof Crash)) throw error
  })
  ground.transport.hooks = {}
  return passed
}

type Answering<T> = { jobId: string; choice: Choice; engine?: Partial<Engine>; look: (question: string) => T }

/**
 * Goes on to the end, giving one answer to whatever is asked, which must be about what may have happened. Resolves with what `look` saw
 * whenever somebody was asked. A job that had ended before has the end that it had.
 */
export const answering = async <T>(ground: Ground, plan: Plan, { jobId, choice, engine = {}, look }: Answering<T>) => {
  const asked: T[] = []
  const ended = (await readJournal(ground.db, jobId, 0)).find((entry) => entry.kind === 'ended')
  if (ended?.kind === 'ended') return { end: ended.state as JobEnd, asked }
  const known = new Set<string>()
  let over = false
  const answerer = (async () => {
    while (!over) {
      const last = (await readJournal(ground.db, jobId, 0)).findLast(({ kind }) => kind === 'question' || kind === 'answered')
      if (last?.kind === 'question' && !known.has(last.question.id)) {
        const { id: question, about } = last.question
        known.add(question)
        asked.push(look(question))
        expect(about).toBe('unknown')
        expect(await appendByUser(ground.db, jobId, { kind: 'answered', question, choice, reason: 'looked', by: 'ann' })).toBe('appended')
      }
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  })()
  const end = await attempt(ground, plan, engine).finally(() => {
    over = true
  })
  await answerer
  return { end, asked }
}
