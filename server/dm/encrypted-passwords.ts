import { createDecipheriv } from 'node:crypto'
import { parse } from 'yaml'
import { formerFixedKey } from '@/server/domain/former-key'

/** Passwords of an export, by what they belong to (`mysql-01`, `t1`); never the passwords themselves. */
export type PasswordsSeen = {
  /** With a password that DM has encrypted. */
  encrypted: string[]
  /** Of these, the ones that the key in question does not open. */
  closed: string[]
}

const ivBytes = 16
const separator = 0x40 // @

/** DM's form of an encrypted password: base64 of IV, `@`, AES-256-CFB. Anything else DM takes for plain text. */
const encryptedIn = (password: string): { iv: Buffer; text: Buffer } | undefined => {
  if (password.length < 24 || password.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(password)) return undefined
  const bytes = Buffer.from(password, 'base64')
  if (bytes.length <= ivBytes || bytes[ivBytes] !== separator) return undefined
  return { iv: bytes.subarray(0, ivBytes), text: bytes.subarray(ivBytes + 1) }
}

/** CFB opens everything with every key; only with the right one it is text. */
const opens = ({ iv, text }: { iv: Buffer; text: Buffer }, key: string): boolean => {
  const cipher = createDecipheriv('aes-256-cfb', Buffer.from(key, 'hex'), iv)
  const plain = Buffer.concat([cipher.update(text), cipher.final()])
  const read = plain.toString('utf8')
  return Buffer.from(read, 'utf8').equals(plain) && !/[\p{Cc}\uFFFD]/u.test(read)
}

/** `files`: path in the export → text. `key`: 64 hex digits by which the passwords will be read; DM's former fixed one by default. */
export const passwordsSeen = (files: ReadonlyMap<string, string>, key: string = formerFixedKey): PasswordsSeen => {
  const found = [...files].flatMap(([path, text]) => {
    const name = /^(?:sources|tasks)\/(.+)\.ya?ml$/.exec(path)?.[1]
    if (name === undefined) return []
    const sealed = passwordsOf(parse(text, { logLevel: 'silent' })).flatMap((one) => encryptedIn(one) ?? [])
    return sealed.length > 0 ? [{ name, open: sealed.every((one) => opens(one, key)) }] : []
  })
  return { encrypted: found.map(({ name }) => name), closed: found.flatMap(({ name, open }) => (open ? [] : [name])) }
}

/** Every `password` in a source's or task's configuration, at whatever depth. */
const passwordsOf = (node: unknown): string[] => {
  if (Array.isArray(node)) return node.flatMap(passwordsOf)
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([key, value]) => (key === 'password' && typeof value === 'string' ? [value] : passwordsOf(value)))
}
