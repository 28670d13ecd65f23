import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import tar from 'tar-stream'
import { expect, it } from 'vitest'
import { readExport } from './read-export'

const archive = async (files: Record<string, string>): Promise<Buffer> => {
  const pack = tar.pack()
  for (const [name, text] of Object.entries(files)) pack.entry({ name }, text)
  pack.finalize()
  return gzipSync(await buffer(pack))
}

it('names sources and tasks, and who wrote relay, whichever form DM gave it', async () => {
  const files = { './sources/mysql-01.yaml': 'x', './sources/mysql-02.yaml': 'y', './tasks/t1.yaml': 'z' }
  const relay = '{"mysql-01": ["w1", "w2"], "mysql-02": {"w3": {}}}'
  expect(await readExport(await archive({ ...files, './relay_workers.json': relay }))).toEqual({
    sources: ['mysql-01', 'mysql-02'],
    tasks: ['t1'],
    relay: { 'mysql-01': ['w1', 'w2'], 'mysql-02': ['w3'] },
  })
  expect(await readExport(await archive({ ...files, './relay_workers.json': 'null' }))).toMatchObject({ relay: {} })
  expect(await readExport(await archive({}))).toEqual({ sources: [], tasks: [], relay: {} })
})

it.each([
  ['nothing', Buffer.alloc(0)],
  ['no gzip', Buffer.from('export configs to directory')],
  ['a bomb', gzipSync(Buffer.alloc(65 * 2 ** 20))],
])('refuses %s', async (_name, bytes) => {
  expect(await readExport(bytes)).toEqual({ unreadable: expect.any(String) })
})

it('refuses an archive that was cut', async () => {
  const whole = await archive({ './sources/mysql-01.yaml': 'x'.repeat(5000) })
  for (const at of [10, whole.length >> 1, whole.length - 1]) expect(await readExport(whole.subarray(0, at))).toHaveProperty('unreadable')
})
