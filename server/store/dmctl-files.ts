import type { Db, Tx } from './database'

/** Files of a job's dmctl line go with its end, whatever that is. */
export const forgetDmctlFiles = async (tx: Tx, jobId: string): Promise<void> => {
  const { plan } = await tx.job.findUniqueOrThrow({ where: { id: jobId }, select: { plan: { select: { input: true } } } })
  const run: unknown = Reflect.get(Object(JSON.parse(plan.input)), 'run')
  if (typeof run === 'string') await tx.credential.deleteMany({ where: { id: `dmctl:${run}`, kind: 'secret' } })
}

/** Files of lines that were reviewed before `before` and never run; those of a job that is not over stay. */
export const sweepDmctlFiles = async (db: Db, before: Date): Promise<void> => {
  const open = await db.job.findMany({
    where: { operation: 'dmctl', endedAt: null },
    select: { plan: { select: { input: true } } },
  })
  const kept = open.map(({ plan }) => `dmctl:${String(Reflect.get(Object(JSON.parse(plan.input)), 'run'))}`)
  await db.credential.deleteMany({
    where: { kind: 'secret', id: { startsWith: 'dmctl:', notIn: kept }, createdAt: { lt: before } },
  })
}
