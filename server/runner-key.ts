import { createCipheriv, createDecipheriv, createPrivateKey, createPublicKey, diffieHellman, hkdfSync, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import type { Db } from './store/database'
import { fromRaw, sealKey, sealPrefix, toRaw } from './store/secrets-seal'
import { panelId, readSetting, writeSetting } from './store/settings'

/** What the master key gives. Lives in the runner's memory only. */
export type RunnerKey = {
  /** Opens what web sealed or what `reseal` made. Throws when the context is another or the text was altered. */
  openSealed(sealed: string, context: string): string
  /** Encrypts under the master key itself (AES-256-GCM), for rest. */
  sealAtRest(secret: string, context: string): string
  /** What web sealed, under the master key; what already is, as it is. */
  reseal(sealed: string, context: string): string
  /** Key of the audit chain's MACs. */
  auditKey: Buffer
}

/** The key file is missing, readable by others, or not the key of this panel. Says what to do. */
export class MasterKeyRefused extends Error {
  override name = 'MasterKeyRefused'
}

/**
 * Loads the master key, or makes it at the panel's first start, and publishes the public key for web to seal with.
 * `keyFile` defaults to `~/.config/dm-panel/<panel id>.key`. Throws `MasterKeyRefused`.
 */
export const openRunnerKey = async (db: Db, keyFile: string | undefined): Promise<RunnerKey> => {
  const file = keyFile ?? path.join(homedir(), '.config', 'dm-panel', `${await panelId(db)}.key`)
  const published = await readSetting(db, 'secrets.public-key')
  const key = runnerKey(readMasterKey(file, { mayCreate: published === undefined }))
  if (published === undefined) await writeSetting(db, 'secrets.public-key', key.publicKey)
  else if (published !== key.publicKey)
    throw new MasterKeyRefused(`${file} is not the master key of this panel. Put the right file there, or set DM_PANEL_KEY to it.`)
  const kept = await readSetting(db, auditKeySetting)
  return kept === undefined ? key : { ...key, auditKey: Buffer.from(key.openSealed(kept, auditKeySetting), 'base64url') }
}

/** The audit's key from before a rotation of the master key, sealed at rest: the chain's MACs outlive the rotation. */
export const auditKeySetting = 'secrets.audit-key'

/** Everything derived from 32 bytes. */
export const runnerKey = (master: Buffer): RunnerKey & { publicKey: string } => {
  const derive = (what: string) => Buffer.from(hkdfSync('sha256', master, '', `dm-panel ${what}`, 32))
  const restKey = derive('at rest 1')
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8, derive('x25519 1')]), format: 'der', type: 'pkcs8' })
  const publicKey = toRaw(createPublicKey(privateKey))
  const unseal = (bytes: Buffer, context: string) => {
    const ephemeral = bytes.subarray(0, 32)
    const shared = diffieHellman({ privateKey, publicKey: fromRaw(ephemeral) })
    return decrypt(sealKey(shared, ephemeral, publicKey), bytes.subarray(32), context)
  }
  const openSealed = (sealed: string, context: string) => {
    if (sealed.startsWith(sealPrefix)) return unseal(Buffer.from(sealed.slice(sealPrefix.length), 'base64url'), context)
    if (sealed.startsWith(restPrefix)) return decrypt(restKey, Buffer.from(sealed.slice(restPrefix.length), 'base64url'), context)
    throw new Error('not a sealed secret')
  }
  const sealAtRest = (secret: string, context: string) => {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', restKey, iv).setAAD(Buffer.from(context))
    const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
    return `${restPrefix}${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')}`
  }
  return {
    publicKey: publicKey.toString('base64url'),
    openSealed,
    sealAtRest,
    reseal: (sealed, context) => (sealed.startsWith(restPrefix) ? sealed : sealAtRest(openSealed(sealed, context), context)),
    auditKey: derive('audit 1'),
  }
}

const restPrefix = 'rest1.'

/** PrivateKeyInfo of X25519 (RFC 8410) without its last 32 bytes, the key. */
const pkcs8 = Buffer.from('302e020100300506032b656e04220420', 'hex')

/** iv (12) · tag (16) · ciphertext. */
const decrypt = (key: Buffer, bytes: Buffer, context: string): string => {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(12, 28))
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
}

const readMasterKey = (file: string, { mayCreate }: { mayCreate: boolean }): Buffer => {
  const mode = modeOf(file)
  if (mode === undefined) {
    if (!mayCreate)
      throw new MasterKeyRefused(
        `The master key ${file} is missing. Without it the stored passwords and keys can't be read: put it back from your backup.`,
      )
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' })
  } else if ((mode & 0o077) !== 0) {
    throw new MasterKeyRefused(`The master key ${file} can be read by others. Run: chmod 600 ${file}`)
  }
  const master = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url')
  if (master.length !== 32) throw new MasterKeyRefused(`${file} is not a master key: it must hold 32 bytes in base64url.`)
  return master
}

const modeOf = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.mode
