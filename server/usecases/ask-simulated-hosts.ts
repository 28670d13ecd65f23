import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Db } from '@/server/store/database'
import { audited, type Who } from './audited'

/** The supervisor watches for this file and starts the simulator; the simulator's own start makes credential and pinned keys. */
export const simulatedHostsFile = 'simulated-hosts'

/** Asks for simulated hosts, to try the panel on. */
export const askSimulatedHosts = (db: Db, who: Who, dataFolder: string): Promise<{ file: string }> =>
  audited(db, who, { what: 'simulated-hosts', command: 'dm-panel simulated-hosts' }, async () => {
    await writeFile(path.join(dataFolder, simulatedHostsFile), `${new Date().toISOString()} ${who.email}\n`, { mode: 0o600 })
    return { file: simulatedHostsFile }
  })
