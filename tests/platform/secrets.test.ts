import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MasterKeyRefused, openRunnerKey } from '@/server/runner-key'
import { keepCredential, sealedOf } from '@/server/store/credentials'
import { sealSecret } from '@/server/store/secrets-seal'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'

let panel: TestDatabase
let keyFile: string
beforeEach(async () => {
  panel = await testDatabase()
  keyFile = path.join(`${panel.folder}-elsewhere`, 'master.key')
})
afterEach(async () => {
  await panel.close()
  rmSync(path.dirname(keyFile), { recursive: true, force: true })
})

describe('sealed secrets', () => {
  it('open in the runner only under the same context', async () => {
    const key = await openRunnerKey(panel.db, keyFile)
    const sealed = await sealSecret(panel.db, 'canary-密码', 'credential-1')
    expect(sealed).not.toContain('canary')
    expect(key.openSealed(sealed, 'credential-1')).toBe('canary-密码')
    expect(() => key.openSealed(sealed, 'credential-2')).toThrow()
  })

  it('differ each time, and open again after resealing and a restart', async () => {
    const key = await openRunnerKey(panel.db, keyFile)
    const [a, b] = [await sealSecret(panel.db, 's', 'c'), await sealSecret(panel.db, 's', 'c')]
    expect(a).not.toBe(b)
    const rest = key.reseal(a, 'c')
    expect(key.reseal(rest, 'c')).toBe(rest)
    const later = await openRunnerKey(panel.db, keyFile)
    expect([later.openSealed(rest, 'c'), later.openSealed(b, 'c')]).toEqual(['s', 's'])
    expect(later.auditKey.equals(key.auditKey)).toBe(true)
  })

  it('do not open when any byte was altered', async () => {
    const key = await openRunnerKey(panel.db, keyFile)
    for (const sealed of [await sealSecret(panel.db, 'secret', 'c'), key.sealAtRest('secret', 'c')]) {
      const [prefix = '', body = ''] = sealed.split('.')
      const bytes = Buffer.from(body, 'base64url')
      for (let n = 0; n < bytes.length; n++) {
        const flipped = Buffer.from(bytes)
        flipped.writeUInt8(flipped.readUInt8(n) ^ 1, n)
        expect(() => key.openSealed(`${prefix}.${flipped.toString('base64url')}`, 'c')).toThrow()
      }
    }
  })
})

describe('master key', () => {
  it('is made once, for its owner only, and is not in the database', async () => {
    await openRunnerKey(panel.db, keyFile)
    expect(statSync(keyFile).mode & 0o777).toBe(0o600)
    const key = readFileSync(keyFile, 'utf8')
    await openRunnerKey(panel.db, keyFile)
    expect(readFileSync(keyFile, 'utf8')).toBe(key)
    expect(JSON.stringify(await panel.db.setting.findMany())).not.toContain(key.trim())
  })

  it('is never replaced when it is lost', async () => {
    await openRunnerKey(panel.db, keyFile)
    rmSync(keyFile)
    await expect(openRunnerKey(panel.db, keyFile)).rejects.toThrow(/backup/)
    expect(existsSync(keyFile)).toBe(false)
  })

  it('is refused when it is another panel’s, no key, or readable by others', async () => {
    await openRunnerKey(panel.db, keyFile)
    const own = readFileSync(keyFile)
    writeFileSync(keyFile, Buffer.alloc(32, 7).toString('base64url'))
    await expect(openRunnerKey(panel.db, keyFile)).rejects.toThrow(/not the master key of this panel/)
    writeFileSync(keyFile, 'short')
    await expect(openRunnerKey(panel.db, keyFile)).rejects.toThrow(MasterKeyRefused)
    writeFileSync(keyFile, own)
    chmodSync(keyFile, 0o644)
    await expect(openRunnerKey(panel.db, keyFile)).rejects.toThrow(/chmod 600/)
  })
})

describe('rotation of the master key', () => {
  it('keeps every secret readable and the audit key the same, and ends the old key', async () => {
    const before = await openRunnerKey(panel.db, keyFile)
    const old = readFileSync(keyFile)
    await keepCredential(panel.db, {
      ...{ id: 'c1', name: 'n', kind: 'password', username: 'root', sudo: 'root', oneTimeFor: null, createdBy: 'u' },
      sealed: await sealSecret(panel.db, 'kept', 'c1'),
    })
    const done = spawnSync(process.execPath, ['--import', 'tsx', 'server/rotate-key.ts'], {
      env: { ...process.env, DM_PANEL_DATA: panel.folder, DM_PANEL_KEY: keyFile },
      encoding: 'utf8',
    })
    expect(done.stderr + done.stdout).toMatch(/1 secrets are under the new master key/)
    const after = await openRunnerKey(panel.db, keyFile)
    expect(readFileSync(keyFile).equals(old)).toBe(false)
    expect(after.openSealed((await sealedOf(panel.db, 'c1')) ?? '', 'c1')).toBe('kept')
    expect(after.auditKey.equals(before.auditKey)).toBe(true)
    writeFileSync(keyFile, old)
    await expect(openRunnerKey(panel.db, keyFile)).rejects.toThrow(/not the master key/)
  })
})
