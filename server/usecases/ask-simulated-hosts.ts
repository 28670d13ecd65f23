import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Db } from '@/server/store/database'
import type { ErrandRow } from '@/server/store/errands'
import { simulatedHostsFile } from '@/server/store/settings'
import { askRunner } from './ask-errand'
import type { Who } from './audited'

/** Asks for simulated hosts, to try the panel on: the supervisor starts them, the runner pins their keys and keeps their packages. */
export const askSimulatedHosts = async (db: Db, who: Who, dataFolder: string): Promise<ErrandRow> => {
  const deed = { what: 'simulated-hosts', command: 'dm-panel simulated-hosts' }
  const errand = await askRunner(db, who, { kind: 'connect-simulated', input: {}, deed })
  await writeFile(path.join(dataFolder, simulatedHostsFile), `${who.email}\n`, { mode: 0o600 })
  return errand
}
