import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { readEnv } from './env'
import { runMain } from './exit'
import { auditKeySetting, openRunnerKey, runnerKey } from './runner-key'
import { resealAll } from './store/credentials'
import { openDatabase } from './store/database'
import { panelId, writeSetting } from './store/settings'

/**
 * `npm run key:rotate`, with the panel stopped: a new master key, every stored secret under it, the audit's own key kept (its MACs
 * stay true). The new file is written first under another name and takes the old one's place last; the old one stays as `.old`.
 */
const main = async (): Promise<void> => {
  const env = readEnv()
  const db = await openDatabase(env.databaseUrl)
  const file = env.keyFile ?? path.join(homedir(), '.config', 'dm-panel', `${await panelId(db)}.key`)
  const next = `${file}.new`
  if (existsSync(next)) throw new Error(`${next} is there from a rotation that did not end. Compare the two files, then remove it.`)
  const before = await openRunnerKey(db, env.keyFile)
  writeFileSync(next, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  const after = runnerKey(Buffer.from(readFileSync(next, 'utf8').trim(), 'base64url'))
  const count = await db.$transaction(
    async (tx) => {
      const resealed = await resealAll(tx, (sealed, id) => after.sealAtRest(before.openSealed(sealed, id), id))
      await writeSetting(tx, auditKeySetting, after.sealAtRest(before.auditKey.toString('base64url'), auditKeySetting))
      await writeSetting(tx, 'secrets.public-key', after.publicKey)
      return resealed
    },
    { timeout: 120_000 },
  )
  renameSync(file, `${file}.old`)
  renameSync(next, file)
  await db.$disconnect()
  console.log(`${count} secrets are under the new master key ${file}. Back it up, then delete ${file}.old.`)
}

runMain(main, ['EnvInvalid', 'MasterKeyRefused'])
