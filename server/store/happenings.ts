import { randomUUID } from 'node:crypto'
import type { ClusterStatus } from '@/server/domain/display'
import { type HealthTold, tellHealth } from '@/server/domain/health-told'
import type { EndState, Question } from '@/server/domain/journal'
import type { NoticeParams, NotifyEvent } from '@/server/domain/notify'
import { runsBeside } from '@/server/domain/plan'
import type { Db, Tx } from './database'

export type NewHappening = { key: string; event: NotifyEvent; cluster: string; subject: string; params: NoticeParams; at: Date }

/** Notes what people may want to be told of, once per key; whom it goes to is decided by the notifier. */
export const noteHappening = async (tx: Db | Tx, { params, ...row }: NewHappening): Promise<void> => {
  await tx.happening.upsert({ where: { key: row.key }, create: { ...row, id: randomUUID(), params: JSON.stringify(params) }, update: {} })
}

/** With a job's `ended` entry, in its transaction. */
export const noteJobEnded = async (
  tx: Tx,
  end: { id: string; clusterName: string; state: EndState; reason: string; at: Date },
): Promise<void> => {
  const { id, clusterName: cluster, state, reason, at } = end
  const { number: job, operation, startedBy: by } = await tx.job.findUniqueOrThrow({ where: { id } })
  const event = state === 'failed' ? 'job-failed' : 'job-ended'
  const params = { job, operation, by, state, reason }
  await noteHappening(tx, { key: `ended:${id}`, event, cluster, subject: id, params, at })
}

/** With a job's `question` entry. `where`: the lane or step that it is about. */
export const noteQuestion = async (
  tx: Tx,
  asked: { jobId: string; clusterName: string; question: Question; where: string; at: Date },
): Promise<void> => {
  const { jobId, clusterName: cluster, question, where, at } = asked
  const { number: job, operation, startedBy: by } = await tx.job.findUniqueOrThrow({ where: { id: jobId } })
  const params = { job, operation, by, about: question.about, where }
  await noteHappening(tx, { key: `question:${jobId}:${question.id}`, event: 'job-question', cluster, subject: jobId, params, at })
}

/** Compares a reading of the cluster with what people know of it, keeps the new state, and notes the difference. True: a change may come. */
export const noteHealth = async (db: Db, cluster: string, status: ClusterStatus): Promise<boolean> =>
  db.$transaction(async (tx) => {
    const known = await tx.healthTold.findUnique({ where: { cluster } })
    const owner = await tx.cluster.findUnique({ where: { name: cluster }, select: { runState: true } })
    if (!owner) return false
    const before = known ? (JSON.parse(known.told) as HealthTold) : undefined // written below only
    const held = await tx.reservation.count({ where: { clusterName: cluster } })
    const since = { clusterName: cluster, endedAt: { gte: known?.at ?? new Date(0) } }
    const ended = (await tx.job.findMany({ where: since, select: { operation: true } })).filter(({ operation }) => !runsBeside(operation))
    const { told, news } = tellHealth(before, { status, busy: held + ended.length > 0, stopped: owner.runState === 'stopped' })
    const data = { at: new Date(status.at), told: JSON.stringify(told) }
    await tx.healthTold.upsert({ where: { cluster }, create: { cluster, ...data }, update: data })
    for (const { event, subject, params } of news)
      await noteHappening(tx, {
        key: `${event}:${cluster}:${subject}:${status.at}`,
        event,
        cluster,
        subject,
        params,
        at: new Date(status.at),
      })
    return Object.keys(told.pending).length > 0
  })

export type HappeningRow = { id: string; event: NotifyEvent; cluster: string; subject: string; params: NoticeParams; at: Date }

/** What is not in the table of deliveries yet, oldest first. */
export const newHappenings = async (tx: Tx): Promise<HappeningRow[]> =>
  (await tx.happening.findMany({ where: { fannedAt: null }, orderBy: { at: 'asc' }, take: 100 })).map((row) => ({
    ...{ id: row.id, event: row.event as NotifyEvent, cluster: row.cluster, subject: row.subject, at: row.at }, // written by this file only
    params: JSON.parse(row.params) as NoticeParams, // written by noteHappening only
  }))

export const markFanned = async (tx: Tx, id: string, at: Date): Promise<void> => {
  await tx.happening.updateMany({ where: { id }, data: { fannedAt: at } })
}

export const anyNewHappening = async (db: Db): Promise<boolean> => (await db.happening.count({ where: { fannedAt: null } })) > 0
