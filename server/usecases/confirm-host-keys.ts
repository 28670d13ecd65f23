import { createHash } from 'node:crypto'
import { AppError } from '@/server/domain/app-error'
import type { Problem } from '@/server/domain/problem'
import type { Db } from '@/server/store/database'
import { pinHostKeys } from '@/server/store/host-keys'
import { audited, type Who } from './audited'

export type ShownKey = { address: string; port: number; keyType: string; key: string }

/** Pins the keys whose fingerprints the user has compared. Throws host-key-changed unless `replace`. */
export const confirmHostKeys = (db: Db, who: Who, ask: { keys: readonly ShownKey[]; replace: boolean }): Promise<void> => {
  const keys = ask.keys.map((key) => ({ ...key, fingerprint: fingerprintOf(key.key), confirmedBy: who.email }))
  const targets = keys.map(({ address, port, keyType, fingerprint }) => `${address}:${port} ${keyType} ${fingerprint}`)
  const what = ask.replace ? 'replace-host-keys' : 'confirm-host-keys'
  return audited(db, who, { what, command: `dm-panel ${what}`, targets }, async () => {
    const refused = await pinHostKeys(db, keys, { replace: ask.replace })
    if (refused.length === 0) return
    throw new AppError('usecases.host-key-changed', 409, {
      problems: refused.map(
        (key): Problem => ({
          code: 'usecases.host-key-changed',
          severity: 'error',
          params: { host: `${key.address}:${key.port}`, fingerprint: key.fingerprint },
        }),
      ),
    })
  })
}

const fingerprintOf = (key: string): string =>
  `SHA256:${createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '')}`
