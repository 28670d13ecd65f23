import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { CredentialRow, newCredential } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { credentialUsers, findCredential, keepCredential, wipeCredential } from '@/server/store/credentials'
import type { Db } from '@/server/store/database'
import { sealSecret } from '@/server/store/secrets-seal'
import { readSetting } from '@/server/store/settings'
import { audited, type Who } from './audited'
import { publicKeyOf } from './public-key-of'

export type NewCredential = z.infer<typeof newCredential>

/** Seals what was typed for the runner; nothing of it is kept in clear. Throws secret-missing, key-unreadable, runner-not-started. */
export const saveCredential = async (db: Db, who: Who, given: NewCredential): Promise<CredentialRow> => {
  const { name, username, sudo, password, privateKey, passphrase } = given
  const detail = { name, username, sudo, kind: privateKey ? 'key' : 'password' }
  return audited(db, who, { what: 'save-credential', command: `dm-panel save-credential ${name}`, detail }, async () => {
    if (!password && !privateKey) throw new AppError('usecases.secret-missing', 422)
    if (sudo === 'password' && !password) throw new AppError('usecases.sudo-password-missing', 422)
    const half = privateKey ? publicKeyOf(privateKey, passphrase) : undefined
    if (privateKey && !half) throw new AppError('usecases.key-unreadable', 422)
    if ((await readSetting(db, 'secrets.public-key')) === undefined) throw new AppError('usecases.runner-not-started', 503)
    const id = randomUUID()
    const secret = { ...(password && { password }), ...(privateKey && { privateKey }), ...(passphrase && { passphrase }) }
    const sealed = await sealSecret(db, JSON.stringify(secret), id)
    const kind = privateKey ? 'key' : 'password'
    await keepCredential(db, {
      id,
      name,
      kind,
      username,
      sudo,
      ...half,
      sealed,
      oneTimeFor: given.oneTimeFor ?? null,
      createdBy: who.email,
    })
    const row = await findCredential(db, id)
    if (!row) throw new AppError('usecases.credential-unknown', 404, { params: { id } })
    const { publicKey: _publicKey, ...view } = row
    return view
  })
}

/** Wipes the secret. Throws credential-unknown, credential-in-use. */
export const removeCredential = (db: Db, who: Who, id: string): Promise<void> =>
  audited(db, who, { what: 'remove-credential', command: `dm-panel remove-credential ${id}`, targets: [id] }, async () => {
    const [cluster] = await credentialUsers(db, id)
    if (cluster) throw new AppError('usecases.credential-in-use', 409, { params: { cluster } })
    if (!(await wipeCredential(db, id, new Date()))) throw new AppError('usecases.credential-unknown', 404, { params: { id } })
  })
