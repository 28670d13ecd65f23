import type { InstanceId } from '@/server/domain/instance'
import type { Plan } from '@/server/domain/plan'
import type { Db, Tx } from './database'

/** An instance that does not run the newest configuration; `revision`: whose it runs. */
export type UnappliedRow = {
  instance: InstanceId
  revision: number
  /** files: they are to be written; restart: they lie there, its process is older. */
  state: 'files' | 'restart'
  since: string
}

export const listUnapplied = async (db: Db | Tx, cluster: string): Promise<UnappliedRow[]> =>
  (await db.unapplied.findMany({ where: { cluster }, orderBy: { instance: 'asc' } })).map(({ instance, revision, state, since }) => ({
    ...{ instance, revision, since: since.toISOString() },
    state: state as UnappliedRow['state'], // written by this file only
  }))

/** What an edit leaves to be brought to the hosts: `lagging` by the revision that each runs; no other instance is behind any more. */
export const keepUnapplied = async (tx: Tx, cluster: string, lagging: Readonly<Record<InstanceId, number>>, at: Date): Promise<void> => {
  await tx.unapplied.deleteMany({ where: { cluster, instance: { notIn: Object.keys(lagging) } } })
  for (const [instance, revision] of Object.entries(lagging)) {
    const row = { revision, state: 'files' }
    await tx.unapplied.upsert({
      where: { cluster_instance: { cluster, instance } },
      create: { cluster, instance, ...row, since: at },
      update: row,
    })
  }
}

/** Its files are the newest; what runs is what ran before. */
export const noteWritten = async (
  tx: Tx,
  cluster: string,
  { instance, revision }: { instance: InstanceId; revision: number },
): Promise<void> => {
  await tx.unapplied.upsert({
    where: { cluster_instance: { cluster, instance } },
    create: { cluster, instance, revision, state: 'restart' },
    update: { state: 'restart' },
  })
}

export const noteApplied = async (tx: Tx, cluster: string, { instance }: { instance: InstanceId }): Promise<void> => {
  await tx.unapplied.deleteMany({ where: { cluster, instance } })
}

/**
 * What a job has started anew runs what lies on its host; what it has written every file of is in step too. Known by the job's plan and
 * its journal, so that each operation that restarts or renders is counted, whatever its end.
 */
export const settleStarted = async (tx: Tx, jobId: string, cluster: string): Promise<void> => {
  const behind = await listUnapplied(tx, cluster)
  if (behind.length === 0) return
  const job = await tx.job.findUniqueOrThrow({ where: { id: jobId }, select: { operation: true, plan: { select: { document: true } } } })
  if (job.operation === 'reload' || job.plan.document === null) return
  const plan = JSON.parse(job.plan.document) as Plan // written by readyPlan only
  const rows = await tx.journalEntry.findMany({ where: { jobId, kind: { in: ['done', 'already'] } }, select: { kind: true, step: true } })
  const done = new Set(rows.flatMap(({ kind, step }) => (kind === 'done' && step !== null ? [step] : [])))
  const held = new Set(rows.map(({ step }) => step))
  for (const { instance, state } of behind) {
    const steps = plan.phases.flatMap(({ lanes }) => lanes.filter((lane) => lane.instance === instance)).flatMap((lane) => lane.steps)
    const files = steps.filter(({ kind }) => kind === 'file')
    const written = files.some(isWhole) && files.every(({ id }) => held.has(id))
    const started = steps.some(({ kind, id }) => kind === 'unit-running' && done.has(id))
    if (started && (written || state === 'restart')) await noteApplied(tx, cluster, { instance })
    else if (written) await tx.unapplied.updateMany({ where: { cluster, instance }, data: { state: 'restart' } })
  }
}

/** Operations that write an instance's unit write all of its files. */
const isWhole = (step: Plan['phases'][number]['lanes'][number]['steps'][number]): boolean =>
  step.kind === 'file' && step.path.startsWith('/etc/systemd/system/')
