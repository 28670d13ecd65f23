import ssh2 from 'ssh2'
import { expect, it } from 'vitest'
import { generateKey, publicKeyOf } from './generate-key'

it('makes a PKCS#1 key whose public half ssh2 agrees with', async () => {
  const key = await generateKey()
  expect(key.privateKey).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/)
  expect(publicKeyOf(key.privateKey)).toEqual({ publicKey: key.publicKey, fingerprint: key.fingerprint })
  expect(key.publicKey.split(' ')).toHaveLength(2)
}, 60_000)

it('tells a missing passphrase from a wrong format', () => {
  const pair = ssh2.utils.generateKeyPairSync('ed25519', { passphrase: 'pass', cipher: 'aes256-ctr', rounds: 4 })
  expect(publicKeyOf(pair.private)).toMatchObject({ unreadable: 'passphrase' })
  expect(publicKeyOf(pair.private, 'wrong')).toMatchObject({ unreadable: 'passphrase' })
  expect(publicKeyOf(pair.private, 'pass')).toMatchObject({ fingerprint: expect.stringMatching(/^SHA256:/) })
  expect(publicKeyOf('hello')).toMatchObject({ unreadable: 'format' })
  expect(publicKeyOf(pair.public)).toMatchObject({ unreadable: 'format' })
})
