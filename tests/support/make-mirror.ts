import { constants, createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import { canonicalJson, type Json } from '@/server/mirror/canonical-json'
import { keyIdOf, sha256Of } from '@/server/mirror/verify'

export type MirrorPackage = { component: string; version: string; os: string; arch: string; file: string; entry: string }

type Key = { id: string; json: { keytype: 'rsa'; keyval: { public: string }; scheme: 'rsassa-pss-sha256' }; secret: KeyObject }

export const newKey = (): Key => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const keyval = { public: publicKey.export({ type: 'spki', format: 'pem' }).toString() }
  const json = { keytype: 'rsa', keyval, scheme: 'rsassa-pss-sha256' } as const
  return { id: keyIdOf(json), json, secret: privateKey }
}

export const signed = (body: Json, keys: readonly Key[]): string => {
  const bytes = Buffer.from(canonicalJson(body))
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_MAX_SIGN }
  const signatures = keys.map((key) => ({ keyid: key.id, sig: sign('sha256', bytes, { key: key.secret, ...padding }).toString('base64') }))
  return canonicalJson({ signatures, signed: body })
}

export type MirrorKeys = { root: Key[]; index: Key; snapshot: Key; timestamp: Key; owner: Key }
export const newMirrorKeys = (): MirrorKeys => ({
  root: [newKey(), newKey(), newKey()],
  index: newKey(),
  snapshot: newKey(),
  timestamp: newKey(),
  owner: newKey(),
})

export type MirrorChanges = { expires?: string; version?: number; rootVersion?: number; nightly?: string; yanked?: readonly string[] }

export const rootBody = (keys: MirrorKeys, version: number, expires: string): Json => {
  const role = (name: string, of: readonly Key[]): Json => ({
    keys: Object.fromEntries(of.map((key) => [key.id, key.json])),
    threshold: of.length,
    url: `/${name}.json`,
  })
  const { root, index, snapshot, timestamp } = keys
  const roles = {
    root: role('root', root),
    index: role('index', [index]),
    snapshot: role('snapshot', [snapshot]),
    timestamp: role('timestamp', [timestamp]),
  }
  return { _type: 'root', expires, roles, spec_version: '0.1.0', version }
}

/** Writes a complete signed mirror as `tiup mirror init` and `publish` would: three root keys, one owner, the packages' files. */
export const makeMirror = async (
  folder: string,
  packages: readonly MirrorPackage[],
  keys: MirrorKeys = newMirrorKeys(),
  { expires = '2099-01-01T00:00:00Z', version = 1, rootVersion = 1, nightly = '', yanked = [] }: MirrorChanges = {},
): Promise<{ rootPath: string; fingerprint: string; keys: MirrorKeys }> => {
  await fs.mkdir(folder, { recursive: true })
  const write = async (name: string, text: string): Promise<number> => {
    await fs.writeFile(path.join(folder, name), text)
    return Buffer.byteLength(text)
  }
  const common = { expires, spec_version: '0.1.0' }
  const meta: Record<string, Json> = {}
  const components = [...new Set(packages.map((one) => one.component))]
  for (const component of components) {
    const platforms: Record<string, Record<string, Json>> = {}
    for (const one of packages.filter((each) => each.component === component)) {
      const name = `${one.component}-${one.version}-${one.os}-${one.arch}.tar.gz`
      const bytes = await fs.readFile(one.file)
      await fs.writeFile(path.join(folder, name), bytes)
      const platform = platforms[`${one.os}/${one.arch}`] ?? {}
      platforms[`${one.os}/${one.arch}`] = platform
      platform[one.version] = {
        dependencies: null,
        entry: one.entry,
        hashes: { sha256: sha256Of(bytes), sha512: createHash('sha512').update(bytes).digest('hex') },
        length: bytes.length,
        released: '2026-01-01T00:00:00Z',
        url: `/${name}`,
        yanked: yanked.includes(one.version),
      }
    }
    const body = { ...common, _type: 'component', description: component, id: component, nightly, platforms, version }
    meta[`/${component}.json`] = { length: await write(`${version}.${component}.json`, signed(body, [keys.owner])), version }
  }
  const owners = { admin: { keys: { [keys.owner.id]: keys.owner.json }, name: 'admin', threshold: 1 } }
  const listed = Object.fromEntries(
    components.map((id) => [id, { hidden: false, owner: 'admin', standalone: false, url: `/${id}.json`, yanked: false }]),
  )
  const index = { ...common, _type: 'index', components: listed, default_components: [], owners, version }
  meta['/index.json'] = { length: await write(`${version}.index.json`, signed(index, [keys.index])), version }
  const rootText = signed(rootBody(keys, rootVersion, expires), keys.root)
  meta['/root.json'] = { length: await write('root.json', rootText), version: rootVersion }
  const snapshot = signed({ ...common, _type: 'snapshot', meta, version: 0 }, [keys.snapshot])
  const length = await write('snapshot.json', snapshot)
  const timestampMeta = { '/snapshot.json': { hashes: { sha256: sha256Of(snapshot) }, length } }
  await write('timestamp.json', signed({ ...common, _type: 'timestamp', meta: timestampMeta, version }, [keys.timestamp]))
  return { rootPath: path.join(folder, 'root.json'), fingerprint: sha256Of(rootText), keys }
}
