import { setTimeout as sleep } from 'node:timers/promises'
import { sealAudit } from '@/server/store/audit'
import type { Db } from '@/server/store/database'

const everyMs = 500

/** Numbers and chains audit records within a second, until asked to stop; then once more. */
export const runSealer = async (db: Db, macKey: Uint8Array, stopping: AbortSignal): Promise<void> => {
  while (!stopping.aborted) {
    await sealAudit(db, macKey)
    await sleep(everyMs, undefined, { signal: stopping }).catch(() => undefined) // aborted: asked to stop
  }
  await sealAudit(db, macKey)
}
