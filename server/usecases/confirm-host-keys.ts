import { createHash } from 'node:crypto'
import { AppError } from '@/server/domain/app-error'
import { readKnownHosts } from '@/server/domain/known-hosts'
import type { Problem } from '@/server/domain/problem'
import type { Db } from '@/server/store/database'
import { dropHostKeys, pinHostKeys } from '@/server/store/host-keys'
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

/** Pins what a known_hosts text says; lines that can't be are told. Throws known-hosts-empty, host-key-changed. */
export const pinKnownHosts = async (
  db: Db,
  who: Who,
  ask: { text: string; replace: boolean },
): Promise<{ pinned: number; problems: Problem[] }> => {
  const { keys, problems } = readKnownHosts(ask.text)
  if (keys.length === 0) {
    const deed = { what: 'confirm-host-keys', command: 'dm-panel confirm-host-keys' }
    return audited(db, who, deed, () => Promise.reject(new AppError('usecases.known-hosts-empty', 422, { problems })))
  }
  await confirmHostKeys(db, who, { keys, replace: ask.replace })
  return { pinned: keys.length, problems }
}

/** Forgets pinned keys; the host must be confirmed anew before the next login. Throws host-key-unknown. */
export const removeHostKeys = (db: Db, who: Who, at: { address: string; port: number; keyType?: string | undefined }): Promise<void> => {
  const targets = [`${at.address}:${at.port}${at.keyType ? ` ${at.keyType}` : ''}`]
  return audited(db, who, { what: 'remove-host-keys', command: 'dm-panel remove-host-keys', targets }, async () => {
    if ((await dropHostKeys(db, at)) === 0) throw new AppError('usecases.host-key-unknown', 404)
  })
}

const fingerprintOf = (key: string): string =>
  `SHA256:${createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '')}`
