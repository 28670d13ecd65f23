import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import tar, { type Header } from 'tar-stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { remoteProblems } from '@/server/domain/words/remote'
import { inspectPackage } from '@/server/mirror/inspect-package'

let folder: string
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'inspect-'))
})
afterAll(() => fs.rmSync(folder, { recursive: true }))

const elf = (machine = 0x3e): Buffer => {
  const bytes = Buffer.alloc(3000, 7)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0])
  bytes.writeUInt16LE(2, 16)
  bytes.writeUInt16LE(machine, 18)
  return bytes
}
type Entry = Partial<Header> & { name: string; body?: Buffer | string }
const program: Entry = { name: 'dm-master/dm-master', mode: 0o755, body: elf() }

const pack = async (entries: readonly Entry[]): Promise<Buffer> => {
  const packing = tar.pack()
  for (const { body, ...header } of entries) packing.entry(header, body ?? '')
  packing.finalize()
  return gzipSync(await buffer(packing))
}
let count = 0
const inspect = async (bytes: Buffer, options: Parameters<typeof inspectPackage>[1] = {}) => {
  count += 1
  const file = path.join(folder, `${count}.tar.gz`)
  fs.writeFileSync(file, bytes)
  const found = await inspectPackage(file, options)
  fs.rmSync(file)
  return found
}
const codes = async (entries: readonly Entry[], options = {}): Promise<string[]> => {
  const found = await inspect(await pack(entries), options)
  return Array.isArray(found) ? found.map((problem) => problem.code) : ['fits']
}

it('reads a dm-master package with its rules and dashboards', async () => {
  const found = await inspect(
    await pack([
      program,
      { name: 'dm-master/conf/dm_worker.rules.yml', body: 'groups: []' },
      { name: 'dm-master/scripts/dm.json', body: '{}' },
      { name: 'dm-master/scripts/readme.md', body: 'no' },
    ]),
    { fileName: 'dm-master-v8.5.0-linux-amd64.tar.gz' },
  )
  expect(found).toMatchObject({
    component: 'dm-master',
    version: 'v8.5.0',
    os: 'linux',
    arch: 'amd64',
    entry: 'dm-master/dm-master',
    texts: { 'dm-master/conf/dm_worker.rules.yml': 'groups: []', 'dm-master/scripts/dm.json': '{}' },
  })
})

it('finds exporters in a folder of any name, and arm64', async () => {
  const exporter = { name: 'node_exporter-1.5.0.linux-arm64/node_exporter', mode: 0o755, body: elf(0xb7) }
  expect(await inspect(await pack([exporter]))).toMatchObject({ component: 'node_exporter', arch: 'arm64', entry: exporter.name })
})

it('refuses what could do harm or is no package', async () => {
  const link = (name: string, linkname: string): Entry => ({ name, type: 'symlink', linkname })
  expect(await codes([program, { name: '../evil', body: 'x' }])).toEqual(['package.unsafe-path'])
  expect(await codes([program, { name: '/etc/passwd', body: 'x' }])).toEqual(['package.unsafe-path'])
  expect(await codes([program, link('dm-master/out', '../../etc')])).toEqual(['package.unsafe-link'])
  expect(await codes([program, link('dm-master/abs', '/etc/passwd')])).toEqual(['package.unsafe-link'])
  expect(await codes([program, link('dm-master/same', 'dm-master')])).toEqual(['fits'])
  expect(await codes([program, link('dm-master', 'elsewhere')])).toEqual(['package.unsafe-link'])
  expect(await codes([program, { name: 'hard', type: 'link', linkname: 'dm-master/dm-master' }])).toEqual(['package.special-file'])
  expect(await codes([program, { name: 'dev', type: 'character-device' }])).toEqual(['package.special-file'])
  expect(await codes([program], { component: 'dm-worker' })).toEqual(['package.no-program'])
  expect(await codes([{ name: 'a', body: 'b' }])).toEqual(['package.unknown-component'])
  expect(await codes([{ ...program, mode: 0o644 }])).toEqual(['package.not-executable'])
  expect(await codes([{ ...program, body: '#!/bin/sh' }])).toEqual(['package.not-a-linux-program'])
  expect(await codes([{ ...program, body: elf(3) }])).toEqual(['package.not-a-linux-program'])
})

it('never throws for a damaged archive, and names each fault in words', async () => {
  const good = await pack([program, { name: 'dm-master/scripts/dm.json', body: '{"a":1}' }])
  const raw = gunzipSync(good)
  const known = Object.keys(remoteProblems)
  const damaged = fc.oneof(
    fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
    fc.nat(good.length - 1).map((length) => good.subarray(0, length)),
    fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, by]) => flip(good, at, by)),
    fc.tuple(fc.nat(raw.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, by]) => gzipSync(flip(raw, at, by))),
    fc.nat(raw.length - 1).map((length) => gzipSync(raw.subarray(0, length))),
  )
  await fc.assert(
    fc.asyncProperty(damaged, async (bytes) => {
      const found = await inspect(bytes)
      if (Array.isArray(found)) for (const problem of found) expect(known).toContain(problem.code)
    }),
    { numRuns: 300 },
  )
})

const flip = (bytes: Buffer, at: number, by: number): Buffer => {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ by
  return copy
}
