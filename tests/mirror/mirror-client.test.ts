import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openMirror, trustedState } from '@/server/mirror/mirror-client'
import { MirrorRefused } from '@/server/mirror/mirror-refused'
import { readRoot } from '@/server/mirror/verify'
import { type MirrorKeys, makeMirror, newKey, newMirrorKeys, rootBody, signed } from '../support/make-mirror'

const recorded = fileURLToPath(new URL('../recorded', import.meta.url))
const linux = { os: 'linux', arch: 'amd64' }
/** The first root of the recorded manifests; the `root.json` beside them is of another mirror, and expired in July 2026. */
const fixtureRoot = (): string => fs.readFileSync(path.join(recorded, 'mirror-manifests/1.root.json'), 'utf8')
const [fixtureDay, publishedDay] = [new Date('2026-06-01'), new Date('2026-11-25')]

let folder: string
let keys: MirrorKeys
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mirror-'))
  fs.writeFileSync(path.join(folder, 'package'), 'not really a package')
  keys = newMirrorKeys()
})
afterAll(() => fs.rmSync(folder, { recursive: true }))

const at = (now: Date, localRoot = folder) => ({ localRoot, now: () => now })
const copyOf = (name: string): string => {
  const copy = fs.mkdtempSync(path.join(folder, 'copy-'))
  fs.cpSync(path.join(recorded, name), copy, { recursive: true })
  return copy
}
const refusal = (name: string) => expect.objectContaining({ name: 'MirrorRefused', refusal: name })
const item = (component: string, version: string, arch = 'amd64') => ({
  component,
  version,
  os: 'linux',
  arch,
  file: path.join(folder, 'package'),
  entry: `${component}/${component}`,
})
const fresh = async (changes = {}, into = fs.mkdtempSync(path.join(folder, 'made-'))) => {
  const versions = [
    item('dm-master', 'v8.5.0'),
    item('dm-master', 'v8.5.1'),
    item('dm-master', 'v9.0.0-beta.1'),
    item('dm-master', 'v8.5.0', 'arm64'),
  ]
  return { into, ...(await makeMirror(into, versions, keys, changes)) }
}
const today = () => at(new Date('2026-11-21'))

describe('recorded mirrors', () => {
  it('verify', async () => {
    const fixture = await openMirror(path.join(recorded, 'mirror-manifests'), null, {
      ...at(fixtureDay, recorded),
      givenRoot: fixtureRoot(),
    })
    expect((await fixture.listVersions('prometheus')).length).toBeGreaterThan(3)
    expect(fixture.rootVersion).toBe(1)
    expect(readRoot('root.json', fs.readFileSync(path.join(recorded, 'mirror-manifests/root.json'), 'utf8')).root.version).toBe(6)
    const published = await openMirror(path.join(recorded, 'mirror-published'), null, at(publishedDay, recorded))
    expect((await published.listVersions('dm-master')).map((one) => one.version)).toEqual(['v8.5.1', 'v8.5.0'])
    expect(await published.resolveVersion('dm-worker', '', linux)).toMatchObject({ version: 'v8.5.1', entry: 'dm-worker/dm-worker' })
  })

  it('do not when they have expired', async () => {
    await expect(openMirror(path.join(recorded, 'mirror-published'), null, at(new Date('2026-12-22'), recorded))).rejects.toEqual(
      refusal('expired'),
    )
    await expect(openMirror(path.join(recorded, 'mirror-manifests'), null, at(new Date('2026-11-21'), recorded))).rejects.toEqual(
      refusal('expired'),
    )
  })

  it('do not with a byte flipped anywhere', async () => {
    const copy = copyOf('mirror-published')
    const trusted = (await openMirror(copy, null, at(publishedDay))).state()
    const read = async (): Promise<void> => {
      const mirror = await openMirror(copy, trusted, at(publishedDay))
      await mirror.listVersions('dm-master')
      await mirror.listVersions('prometheus')
    }
    let flips = 0
    for (const name of ['timestamp.json', 'snapshot.json', '11.index.json', '2.dm-master.json', '3.prometheus.json']) {
      const file = path.join(copy, name)
      const bytes = fs.readFileSync(file)
      for (let position = 0; position < bytes.length; position += 7) {
        for (const bit of [0, 5]) {
          const flipped = Buffer.from(bytes)
          flipped[position] = (flipped[position] ?? 0) ^ (1 << bit)
          fs.writeFileSync(file, flipped)
          await expect(read(), `${name} at ${position}`).rejects.toBeInstanceOf(MirrorRefused)
          flips += 1
        }
      }
      fs.writeFileSync(file, bytes)
    }
    await read()
    expect(flips).toBeGreaterThan(1500)
  }, 120_000)

  it('show another fingerprint, or are refused, when the root has a byte flipped', async () => {
    const copy = copyOf('mirror-published')
    const { fingerprint } = await openMirror(copy, null, at(publishedDay))
    const bytes = fs.readFileSync(path.join(copy, 'root.json'))
    for (let position = 0; position < bytes.length; position += 41) {
      const flipped = Buffer.from(bytes)
      flipped[position] = (flipped[position] ?? 0) ^ 1
      fs.writeFileSync(path.join(copy, 'root.json'), flipped)
      const seen = await openMirror(copy, null, at(publishedDay)).then(
        (mirror) => mirror.fingerprint,
        () => 'refused',
      )
      expect(seen).not.toBe(fingerprint)
    }
  })
})

describe('a mirror of our own', () => {
  it('lists, resolves and downloads, from a folder and over http', async () => {
    const { into, fingerprint } = await fresh({ yanked: ['v8.5.1'] })
    const server = http.createServer((request, response) => {
      const file = path.join(into, path.basename(request.url ?? ''))
      if (fs.existsSync(file)) response.end(fs.readFileSync(file))
      else response.writeHead(404).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo // listens on TCP
    for (const [index, location] of [into, `http://127.0.0.1:${port}/`].entries()) {
      const mirror = await openMirror(location, null, today())
      expect(mirror.fingerprint).toBe(fingerprint)
      expect((await mirror.listVersions('dm-master')).map((one) => one.version)).toEqual(['v9.0.0-beta.1', 'v8.5.0'])
      const file = await mirror.resolveVersion('dm-master', '', linux)
      expect(file.version).toBe('v8.5.0')
      const to = path.join(into, `downloaded-${index}`)
      await mirror.download(file, to)
      expect(fs.readFileSync(to, 'utf8')).toBe('not really a package')
      await expect(mirror.resolveVersion('dm-master', 'v8.5.1', linux)).rejects.toEqual(refusal('unknown-version'))
      await expect(mirror.listVersions('tidb')).rejects.toEqual(refusal('unknown-component'))
      expect(trustedState.parse(JSON.parse(JSON.stringify(mirror.state())))).toEqual(mirror.state())
    }
    await new Promise((resolve) => server.close(resolve))
  })

  it('leaves no file of a download that is not what the manifest says', async () => {
    const { into } = await fresh()
    const mirror = await openMirror(into, null, today())
    const file = await mirror.resolveVersion('dm-master', 'v8.5.0', linux)
    for (const text of ['not really a packagE', 'short', 'not really a package and more']) {
      fs.writeFileSync(path.join(into, path.basename(file.url)), text)
      await expect(mirror.download(file, path.join(into, 'bad'))).rejects.toEqual(refusal('hash'))
      expect(fs.existsSync(path.join(into, 'bad'))).toBe(false)
    }
    await expect(mirror.download({ ...file, url: '/../package' }, path.join(into, 'bad'))).rejects.toEqual(refusal('outside'))
  })

  it('is refused when it goes back', async () => {
    const { into } = await fresh({ version: 3 })
    const mirror = await openMirror(into, null, today())
    await mirror.listVersions('dm-master')
    const trusted = mirror.state()
    await fresh({ version: 2 }, into)
    await expect(openMirror(into, trusted, today())).rejects.toEqual(refusal('rollback'))
  })

  it('is refused with other keys than the trusted ones', async () => {
    const { into } = await fresh()
    const trusted = (await openMirror(into, null, today())).state()
    const other = { ...keys, timestamp: newKey() }
    await makeMirror(into, [item('dm-master', 'v8.5.0')], other)
    await expect(openMirror(into, trusted, today())).rejects.toEqual(refusal('signature'))
  })

  it('follows a chain of roots, each signed by enough of the old and the new keys', async () => {
    const { into } = await fresh()
    const trusted = (await openMirror(into, null, today())).state()
    const next = { ...keys, root: [keys.root[0] ?? newKey(), newKey(), newKey()], timestamp: newKey() }
    await makeMirror(into, [item('dm-master', 'v8.5.0')], next, { rootVersion: 2 })
    const body = rootBody(next, 2, '2099-01-01T00:00:00Z')
    fs.writeFileSync(path.join(into, '2.root.json'), signed(body, next.root))
    await expect(openMirror(into, trusted, today())).rejects.toEqual(refusal('signature'))
    fs.writeFileSync(path.join(into, '2.root.json'), signed(body, [...new Set([...next.root, ...keys.root])]))
    const mirror = await openMirror(into, trusted, today())
    expect(mirror.rootVersion).toBe(2)
    expect(trustedState.parse(mirror.state()).root).toContain('"version":2')
    fs.writeFileSync(path.join(into, '3.root.json'), signed(rootBody(next, 5, '2099-01-01T00:00:00Z'), next.root))
    await expect(openMirror(into, trusted, today())).rejects.toEqual(refusal('rollback'))
  })

  it('is refused with a root below its threshold or with a signature twice', async () => {
    const { into, rootPath } = await fresh()
    const body = rootBody(keys, 1, '2099-01-01T00:00:00Z')
    const [first = newKey(), second = newKey()] = keys.root
    for (const signers of [
      [first, second],
      [first, second, second],
      [first, second, newKey()],
    ]) {
      fs.writeFileSync(rootPath, signed(body, signers))
      await expect(openMirror(into, null, today())).rejects.toEqual(refusal('signature'))
    }
  })

  it('must lie below the configured folder, links included', async () => {
    const { into } = await fresh()
    await expect(openMirror(into, null, at(new Date(), path.join(recorded)))).rejects.toEqual(refusal('outside'))
    const inside = fs.mkdtempSync(path.join(folder, 'jail-'))
    fs.symlinkSync(into, path.join(inside, 'link'))
    await expect(openMirror(path.join(inside, 'link'), null, at(new Date(), inside))).rejects.toEqual(refusal('outside'))
  })
})
