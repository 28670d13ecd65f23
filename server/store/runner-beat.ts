import type { Db } from './database'

/** The runner shows that it lives. */
export const beat = async (db: Db, runner: string, detail: Readonly<Record<string, string | number>>): Promise<void> => {
  const row = { at: new Date(), detail: JSON.stringify(detail) }
  await db.runnerBeat.upsert({ where: { id: runner }, create: { id: runner, ...row }, update: row })
}

/** When any runner last showed itself. */
export const lastBeat = async (db: Db): Promise<Date | undefined> =>
  (await db.runnerBeat.findFirst({ orderBy: { at: 'desc' }, select: { at: true } }))?.at

/** Forgets runners that have ended, or were silent for a day. */
export const forgetRunner = async (db: Db, runner: string): Promise<void> => {
  await db.runnerBeat.deleteMany({ where: { OR: [{ id: runner }, { at: { lt: new Date(Date.now() - 86_400_000) } }] } })
}
