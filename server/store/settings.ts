import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { type Db, isDuplicate, type Tx } from './database'

export type SettingKey =
  | 'panel.id'
  | 'auth.secret'
  | 'setup.token-hash'
  | 'secrets.public-key'
  | 'secrets.audit-key'
  | 'audit.head'
  | 'audit.verdict'
  | `mirror.${string}`

export const readSetting = async (db: Db | Tx, key: SettingKey): Promise<string | undefined> =>
  (await db.setting.findUnique({ where: { key } }))?.value

export const writeSetting = async (db: Db | Tx, key: SettingKey, value: string): Promise<void> => {
  await db.setting.upsert({ where: { key }, create: { key, value }, update: { value } })
}

/** The value of `key`; the first who asks makes it, and two at once agree. */
export const settleSetting = async (db: Db, key: SettingKey, make: () => string): Promise<string> => {
  const there = await readSetting(db, key)
  if (there !== undefined) return there
  const value = make()
  try {
    await db.setting.create({ data: { key, value } })
    return value
  } catch (error) {
    if (!isDuplicate(error)) throw error
    return (await readSetting(db, key)) ?? value
  }
}

/** Names this panel; its master key is called after it, so that two panels never share one. */
export const panelId = (db: Db): Promise<string> => settleSetting(db, 'panel.id', randomUUID)

/** Signs the session cookies. */
export const authSecret = (db: Db): Promise<string> => settleSetting(db, 'auth.secret', () => randomBytes(32).toString('base64url'))

/** A new one-time token for the setup link; former ones end. Only its hash is kept. */
export const newSetupToken = async (db: Db): Promise<string> => {
  const token = randomBytes(24).toString('base64url')
  await writeSetting(db, 'setup.token-hash', sha256(token))
  return token
}

/** Uses up the setup token; false when it is not the right one. */
export const takeSetupToken = async (tx: Tx, token: string): Promise<boolean> =>
  (await tx.setting.deleteMany({ where: { key: 'setup.token-hash', value: sha256(token) } })).count === 1

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A file of this name in the data folder asks the supervisor for simulated hosts. */
export const simulatedHostsFile = 'simulated-hosts'
