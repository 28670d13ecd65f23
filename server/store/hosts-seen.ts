import type { HostSighting, KeptHostFacts } from '@/server/domain/host-seen'
import { type Db, retryBusy } from './database'

export type HostSeen = {
  address: string
  port: number
  at: Date
  /** '': it answered. */
  error: string
  answeredAt: Date | null
  facts: KeptHostFacts | null
  factsAt: Date | null
}

/** Everything that is kept, or of some addresses. */
export const listHostsSeen = async (db: Db, addresses?: readonly string[]): Promise<HostSeen[]> => {
  const rows = await db.hostSeen.findMany({ where: addresses ? { address: { in: [...addresses] } } : {} })
  return rows.map((row) => ({
    ...row,
    facts: row.facts === '' ? null : (JSON.parse(row.facts) as KeptHostFacts), // written by keepSightings only
  }))
}

/** Keeps what was seen; facts stay as they were where a sighting has none. */
export const keepSightings = async (db: Db, sightings: readonly HostSighting[]): Promise<void> => {
  if (sightings.length === 0) return
  await retryBusy(() =>
    db.$transaction(async (tx) => {
      for (const { address, port, at: seenAt, error, facts } of sightings) {
        const at = new Date(seenAt)
        const data = {
          ...{ at, error },
          ...(error === '' ? { answeredAt: at } : {}),
          ...(facts ? { facts: JSON.stringify(facts), factsAt: at } : {}),
        }
        await tx.hostSeen.upsert({ where: { address_port: { address, port } }, create: { address, port, ...data }, update: data })
      }
    }),
  )
}
