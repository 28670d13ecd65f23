import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { CredentialRow, newCredential } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { credentialJob, credentialUsers, findCredential, keepCredential, wipeCredential } from '@/server/store/credentials'
import type { Db } from '@/server/store/database'
import { sealSecret } from '@/server/store/secrets-seal'
import { readSetting } from '@/server/store/settings'
import { audited, type Who } from './audited'
import { fingerprintOfBlob, type PublicHalf, publicKeyOf } from './public-key-of'

export type NewCredential = z.infer<typeof newCredential>

/** Seals what was typed for the runner; nothing of it is kept in clear. Throws secret-missing, key-unreadable, agent-key-bad, runner-not-started. */
export const saveCredential = async (db: Db, who: Who, given: NewCredential): Promise<CredentialRow> => {
  const { name, username, sudo, password, privateKey, passphrase, agent } = given
  const kind = agent ? 'agent' : privateKey ? 'key' : 'password'
  const detail = { name, username, sudo, kind }
  return audited(db, who, { what: 'save-credential', command: `dm-panel save-credential ${name}`, detail }, async () => {
    if (!password && !privateKey && !agent) throw new AppError('usecases.secret-missing', 422)
    if (sudo === 'password' && !password) throw new AppError('usecases.sudo-password-missing', 422)
    const half = agent ? agentHalf(agent.publicKey) : privateKey ? publicKeyOf(privateKey, passphrase) : undefined
    if (agent && (!half || privateKey)) throw new AppError('usecases.agent-key-bad', 422)
    if (privateKey && !half) throw new AppError('usecases.key-unreadable', 422)
    if ((await readSetting(db, 'secrets.public-key')) === undefined) throw new AppError('usecases.runner-not-started', 503)
    const id = randomUUID()
    const own = agent && half ? { agent: { publicKey: half.publicKey } } : {}
    const secret = { ...own, ...(password && { password }), ...(privateKey && { privateKey }), ...(passphrase && { passphrase }) }
    const sealed = await sealSecret(db, JSON.stringify(secret), id)
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

/** Of a key that an ssh-agent holds; without one, whichever it has. undefined: it is not in the form of an authorized_keys file. */
const agentHalf = (given: string): PublicHalf | undefined => {
  if (given === '') return { publicKey: '', fingerprint: '' }
  const [type = '', body = ''] = given.split(/\s+/)
  const publicKey = `${type} ${body}`
  return fitsItsType(type, body) ? { publicKey, fingerprint: fingerprintOfBlob(Buffer.from(body, 'base64')) } : undefined
}

/** A key's body begins with its type's name (RFC 4253, section 6.6). */
const fitsItsType = (type: string, body: string): boolean => {
  const blob = Buffer.from(body, 'base64')
  return type !== '' && blob.length > 4 && blob.toString('base64') === body && blob.toString('latin1', 4, 4 + blob.readUInt32BE(0)) === type
}

/** Wipes the secret. Throws credential-unknown, credential-in-use. */
export const removeCredential = (db: Db, who: Who, id: string): Promise<void> =>
  audited(db, who, { what: 'remove-credential', command: `dm-panel remove-credential ${id}`, targets: [id] }, async () => {
    const cluster = (await credentialUsers(db, id))[0] ?? (await credentialJob(db, id))
    if (cluster) throw new AppError('usecases.credential-in-use', 409, { params: { cluster } })
    if (!(await wipeCredential(db, id, new Date()))) throw new AppError('usecases.credential-unknown', 404, { params: { id } })
  })
