import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { problemCodes, problemText } from '@/server/domain/words/catalogue'
import { inspectPackage } from '@/server/mirror/inspect-package'
import { readHotfix } from '@/server/mirror/read-hotfix'
import { rawHeader } from '@/tests/support/archives'
import { type Hostile, hostileArchives } from './hostile-archives'

let folder: string
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hostile-'))
})
afterAll(() => fs.rmSync(folder, { recursive: true }))

/** What both readers say; each must refuse, in words, and leave the disk as it is. */
const refusals = async ({ bytes, limits }: Hostile): Promise<string[]> => {
  const file = path.join(folder, 'upload.tar.gz')
  fs.writeFileSync(file, bytes)
  const options = limits ? { limits } : {}
  const said = [await inspectPackage(file, options), await readHotfix(file, 'upload.tar.gz', options)]
  expect(fs.readdirSync(folder)).toEqual(['upload.tar.gz'])
  expect(fs.readFileSync(file).equals(bytes)).toBe(true)
  return said.map((one) => {
    if (!Array.isArray(one)) return 'taken'
    const [problem] = one
    if (!problem) return 'nothing said'
    expect(problemCodes).toContain(problem.code)
    for (const language of ['en', 'zh-CN'] as const) {
      const { message, hint } = problemText(problem, language)
      expect([message.includes('{'), hint.length > 5, /\p{Cc}/u.test(message)]).toEqual([false, true, false])
    }
    return problem.code
  })
}

const expected: Readonly<Record<string, readonly string[]>> = {
  traversal: ['package.unsafe-path'],
  'absolute paths': ['package.unsafe-path'],
  'symbolic links': ['package.unsafe-link'],
  'hard links': ['package.special-file'],
  'devices and pipes': ['package.special-file', 'package.not-an-archive'],
  'setuid and setgid': ['package.special-mode'],
  duplicates: ['package.duplicate', 'package.unsafe-link'],
  names: ['package.unsafe-path'],
  bombs: ['package.bomb', 'package.not-an-archive'],
  'a million files': ['package.too-many-files'],
}

it.each(Object.keys(hostileArchives))('refuses 20 archives with %s', async (name) => {
  const archives = hostileArchives[name]
  if (!archives) throw new Error(`no class ${name}`)
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(archives, async (hostile) => {
      for (const code of await refusals(hostile)) {
        expect(expected[name]).toContain(code)
        seen.add(code)
      }
    }),
    { numRuns: 20 },
  )
  expect(seen.size).toBeGreaterThan(0)
})

/** The same gzip member over and over is one stream to gunzip, and small to make. */
const repeated = (member: Buffer, times: number): Buffer => Buffer.concat(Array.from({ length: times }, () => member))

it('stops at the real limit of files when there are a million, long before their end', async () => {
  const headers = (from: number) =>
    gzipSync(Buffer.concat(Array.from({ length: 1000 }, (_, more) => rawHeader({ name: `dm-master/${from + more}` }))), { level: 1 })
  const first = Array.from({ length: 51 }, (_, at) => headers(at * 1000))
  expect(await refusals({ bytes: Buffer.concat([...first, repeated(headers(51_000), 949)]) })).toEqual(
    Array(2).fill('package.too-many-files'),
  )
}, 60_000)

it('stops in the middle of a bomb, having kept nothing of it', async () => {
  const header = gzipSync(rawHeader({ name: 'dm-master/zeros', size: 2 ** 30 }))
  const bytes = Buffer.concat([header, repeated(gzipSync(Buffer.alloc(16 * 1024 ** 2)), 64)])
  expect(bytes.length).toBeLessThan(2 * 1024 ** 2)
  expect(await refusals({ bytes, limits: { unpackedBytes: 100 * 1024 ** 2 } })).toEqual(Array(2).fill('package.bomb'))
}, 60_000)
