import { z } from 'zod'
import type { HttpAnswer, HttpAsk } from './http-ask'
import type { DmClusterState } from './state'

const subtask = z.object({
  task: z.string(),
  /** All of the task's when it is left out. */
  source: z.string().optional(),
  stage: z.string().optional(),
  unit: z.string().optional(),
  lagS: z.number().optional(),
  error: z.string().optional(),
  ddlLock: z.string().optional(),
})
const texts = z.array(z.string()).default([])
const lock = z.object({
  id: z.string(),
  task: z.string(),
  mode: z.string().default('pessimistic'),
  owner: z.string(),
  ddls: texts,
  synced: texts,
  unsynced: texts,
})
const locks = z.object({ locks: z.array(lock) })

const answer = (status: number, value: unknown): HttpAnswer => ({ status, body: JSON.stringify(value), type: 'application/json' })

/**
 * What a test sets, at any master; the lab's stand-ins have the same. `POST /standin/subtask`: stage, unit, lag, error and lock of a task's
 * subtasks. `POST /standin/locks`: the DDL locks that are open. No real DM has these.
 */
export const knob = (cluster: DmClusterState, { method, path, body }: HttpAsk): HttpAnswer => {
  if (method === 'POST' && path === '/standin/subtask') {
    const { task: name, source, ...change } = subtask.parse(JSON.parse(body))
    const found =
      cluster.tasks.find((one) => one.name === name)?.subtasks.filter((one) => source === undefined || one.source === source) ?? []
    for (const one of found) Object.assign(one, change)
    return answer(found.length > 0 ? 200 : 404, { changed: found.length })
  }
  if (method === 'POST' && path === '/standin/locks') {
    cluster.locks = locks.parse(JSON.parse(body)).locks
    return answer(200, { changed: cluster.locks.length })
  }
  return { status: 404, body: '404 page not found\n', type: 'text/plain; charset=utf-8' }
}
