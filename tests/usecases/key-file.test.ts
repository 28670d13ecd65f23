import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { formerFixedKey } from '@/server/domain/former-key'
import type { ErrandRun } from '@/server/errands/errand-run'
import { keyFilePart, keyOf } from '@/server/errands/key-file'
import { runnerKey } from '@/server/runner-key'
import type { ClusterWithTopology } from '@/server/store/clusters'
import { keepCredential, wipeCredential } from '@/server/store/credentials'
import { sealSecret } from '@/server/store/secrets-seal'
import { writeSetting } from '@/server/store/settings'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'

const secrets = runnerKey(Buffer.alloc(32, 7))
const key = '0123456789abcdef'.repeat(4)
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  await writeSetting(database.db, 'secrets.public-key', secrets.publicKey)
})
afterAll(() => database.close())

const keep = async (id: string, password: string): Promise<void> => {
  const sealed = await sealSecret(database.db, JSON.stringify({ password }), id)
  await keepCredential(database.db, { id, name: id, kind: 'password', sealed, createdBy: 'ann' })
}
const run = () => ({ db: database.db, secrets }) as unknown as ErrandRun // all that is asked of it
const known = (keyFile: ClusterWithTopology['keyFile']) => keyFilePart(run(), { keyFile } as ClusterWithTopology) // the same

it('what is in a key file is known by its hash: DM’s former key, or a stored one as long as it is stored', async () => {
  await keep('key', key)
  expect(await known(null)).toEqual({})
  expect(await known('former')).toEqual({ keyFile: { sha256: hashOf(formerFixedKey) } })
  expect(await known({ credentialId: 'key' })).toEqual({ keyFile: { stored: 'key', sha256: hashOf(key) } })
  await wipeCredential(database.db, 'key', new Date())
  expect(await known({ credentialId: 'key' })).toEqual({})
})

it('a key is 64 hex digits, or none', async () => {
  await keep('good', key.toUpperCase())
  await keep('short', key.slice(1))
  expect(await keyOf(run(), 'good')).toBe(key.toUpperCase())
  expect(await keyOf(run(), 'short')).toBe('')
  await expect(keyOf(run(), 'nobody')).rejects.toMatchObject({ code: 'usecases.credential-unknown' })
})
