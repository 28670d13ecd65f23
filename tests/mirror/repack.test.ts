import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { arrangeHotfix, componentsOf, type HotfixUpload, leftOut, type Placement } from '@/server/domain/hotfix'
import type { PackageComponent } from '@/server/domain/package'
import { inspectPackage } from '@/server/mirror/inspect-package'
import { readHotfix } from '@/server/mirror/read-hotfix'
import { repack } from '@/server/mirror/repack'
import { type ArchiveEntry, elfProgram, program, tarGz, tarOf } from '@/tests/support/archives'

let folder: string
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'repack-'))
})
afterAll(() => fs.rmSync(folder, { recursive: true }))

const rules = { name: 'dm-master/conf/dm_worker.rules.yml', body: 'groups: []' }
const bases: Record<string, ArchiveEntry[]> = {
  'dm-master': [
    { name: 'dm-master/', type: 'directory' },
    program('dm-master/dm-master', { main: 'example.org/dm/cmd/dm-master', mark: 'old' }),
    rules,
    { name: 'dm-master/scripts/dm.json', body: '{}' },
    { name: 'dm-master/newest', type: 'symlink', linkname: 'dm-master' },
  ],
  'dm-worker': [program('dm-worker/dm-worker', { main: 'example.org/dm/cmd/dm-worker', mark: 'old' })],
}
const newMaster = elfProgram({ main: 'example.org/dm/cmd/dm-master', mark: 'new' })
const newWorker = elfProgram({ main: 'example.org/dm/cmd/dm-worker', mark: 'new' })
const sha = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')

let count = 0
const write = (bytes: Buffer | string): string => {
  count += 1
  const file = path.join(folder, String(count))
  fs.writeFileSync(file, bytes)
  return file
}
const baseOf = async (component: PackageComponent) => {
  const file = write(await tarGz(bases[component] ?? []))
  const seen = await inspectPackage(file, { component })
  if (Array.isArray(seen)) throw new Error(JSON.stringify(seen))
  return { file, ...seen, entries: seen.tree }
}
const uploadOf = async (name: string, bytes: Buffer | string): Promise<HotfixUpload & { file: string }> => {
  const file = write(bytes)
  const read = await readHotfix(file, name)
  if (Array.isArray(read)) throw new Error(JSON.stringify(read))
  return { ...read, file }
}
const build = async (component: PackageComponent, upload: HotfixUpload & { file: string }, placements: Placement[] = []) => {
  const base = await baseOf(component)
  const { changes, problems } = arrangeHotfix(base, upload, placements)
  const target = path.join(folder, `built-${++count}.tar.gz`)
  const later = await repack({ base, upload: upload.file, changes }, target)
  expect(later).toEqual([])
  return { target, changes, problems, sha256: sha(fs.readFileSync(target)) }
}
const codesOf = async (component: PackageComponent, name: string, bytes: Buffer | string, placements: Placement[] = []) =>
  arrangeHotfix(await baseOf(component), await uploadOf(name, bytes), placements).problems.map(({ code }) => code)

const full = () =>
  tarGz([
    { name: 'dm-linux-amd64/bin/dm-master', mode: 0o755, body: newMaster },
    { name: 'dm-linux-amd64/bin/dm-worker', mode: 0o755, body: newWorker },
    { name: 'dm-linux-amd64/LICENSE', body: 'licence' },
  ])

describe('a full hotfix tarball', () => {
  it('gives a package per component, unpacked by tar as the base with the new program', async () => {
    const upload = await uploadOf('dm-linux-amd64.tar.gz', await full())
    expect(componentsOf(upload)).toEqual(['dm-master', 'dm-worker'])
    const { target, changes, problems } = await build('dm-master', upload)
    expect(problems.map(({ code, severity }) => [code, severity])).toEqual([['hotfix.layout-mended', 'warning']])
    expect(changes.map(({ path: at, change, from }) => [at, change, from])).toEqual([
      ['dm-master/conf/dm_worker.rules.yml', 'same', undefined],
      ['dm-master/dm-master', 'changed', 'dm-linux-amd64/bin/dm-master'],
      ['dm-master/scripts/dm.json', 'same', undefined],
    ])
    const listed = execFileSync('tar', ['-tzf', target], { encoding: 'utf8' })
    expect(listed.trim().split('\n').sort()).toEqual(
      ['conf/', 'conf/dm_worker.rules.yml', 'dm-master', 'newest', 'scripts/', 'scripts/dm.json', '']
        .map((one) => `dm-master/${one}`)
        .sort(),
    )
    const into = fs.mkdtempSync(path.join(folder, 'unpacked-'))
    execFileSync('tar', ['-xzf', target, '-C', into])
    expect(sha(fs.readFileSync(path.join(into, 'dm-master/dm-master')))).toBe(sha(newMaster))
    expect(fs.statSync(path.join(into, 'dm-master/dm-master')).mode & 0o777).toBe(0o755)
    expect(fs.readFileSync(path.join(into, rules.name), 'utf8')).toBe(rules.body)
    expect(await inspectPackage(target)).toMatchObject({
      component: 'dm-master',
      entry: 'dm-master/dm-master',
      entrySha256: sha(newMaster),
    })
  })

  it('says what no package takes', async () => {
    const upload = await uploadOf('dm-linux-amd64.tar.gz', await full())
    const arranged = [arrangeHotfix(await baseOf('dm-master'), upload), arrangeHotfix(await baseOf('dm-worker'), upload)]
    expect(leftOut(upload, arranged)).toEqual(['dm-linux-amd64/LICENSE'])
  })

  it('gives the same bytes for the same input, and others for other input', async () => {
    const first = await build('dm-worker', await uploadOf('dm.tar.gz', await full()))
    const again = await build('dm-worker', await uploadOf('dm.tar.gz', await full()))
    const plain = await build('dm-worker', await uploadOf('dm.tar', await tarOf([{ name: 'a/b/dm-worker', mode: 0o755, body: newWorker }])))
    const other = await build('dm-worker', await uploadOf('dm-worker', Buffer.concat([newWorker, Buffer.from('!')])))
    expect(again.sha256).toBe(first.sha256)
    expect(plain.sha256).toBe(first.sha256)
    expect(other.sha256).not.toBe(first.sha256)
  })
})

describe('other uploads', () => {
  it('a lone program takes the place of the entry, whatever it is called', async () => {
    const upload = await uploadOf('dm-worker-v8.5.0-fix', newWorker)
    expect(componentsOf(upload)).toEqual(['dm-worker'])
    const { changes } = await build('dm-worker', upload)
    expect(changes).toMatchObject([{ path: 'dm-worker/dm-worker', change: 'changed', after: { mode: 0o755, sha256: sha(newWorker) } }])
  })

  it('a component tarball brings its other files too', async () => {
    const upload = await uploadOf(
      'dm-worker.tar.gz',
      await tarGz([
        { name: './dm-worker/dm-worker', mode: 0o755, body: newWorker },
        { name: './dm-worker/conf/new.toml', body: 'a = 1' },
      ]),
    )
    const { changes, problems } = await build('dm-worker', upload)
    expect(problems).toEqual([])
    expect(changes.map(({ path: at, change }) => [at, change])).toEqual([
      ['dm-worker/conf/new.toml', 'added'],
      ['dm-worker/dm-worker', 'changed'],
    ])
  })

  it('a configuration goes where its name is, or where it is told', async () => {
    const upload = await uploadOf('dm_worker.rules.yml', 'groups: [new]')
    expect((await build('dm-master', upload)).changes.filter(({ change }) => change !== 'same').map(({ path: at }) => at)).toEqual([
      rules.name,
    ])
    const told = [{ component: 'dm-master', from: 'dm_worker.rules.yml', to: 'dm-master/conf/extra.yml' }]
    expect((await build('dm-master', upload, told)).changes).toContainEqual(
      expect.objectContaining({ path: 'dm-master/conf/extra.yml', change: 'added' }),
    )
    expect(await codesOf('dm-master', 'unheard-of.yml', 'x')).toEqual(['hotfix.which-place'])
    for (const to of ['../x', '/etc/passwd', 'dm-master/dm-master/x', 'dm-master', 'dm-master/newest', 'a//b', 'a/./b']) {
      expect(await codesOf('dm-master', 'x.yml', 'x', [{ component: 'dm-master', from: 'x.yml', to }])).toEqual(['hotfix.no-such-place'])
    }
  })

  it('a program on top, at which TiUP says "not a directory", is mended and told', async () => {
    const bad = await uploadOf('dm-worker.tar.gz', await tarGz([{ name: 'dm-worker', mode: 0o755, body: newWorker }]))
    const { problems, target } = await build('dm-worker', bad)
    expect(problems.map(({ code }) => code)).toEqual(['hotfix.layout-mended'])
    expect(execFileSync('tar', ['-tzf', target], { encoding: 'utf8' })).toBe('dm-worker/\ndm-worker/dm-worker\n')
  })
})

describe('refused', () => {
  const arm = elfProgram({ machine: 0xb7, main: 'example.org/dm/cmd/dm-worker' })
  it.each([
    ['another architecture', 'dm-worker', arm, ['hotfix.wrong-arch']],
    ['another component by its build information', 'dm-worker', newMaster, ['hotfix.wrong-component']],
    ['another component by its name', 'dm-master', elfProgram(), ['hotfix.wrong-component']],
    ['no program', 'dm-worker', '#!/bin/sh\n', ['package.not-a-linux-program']],
    ['the very program that the base has', 'dm-worker', bases['dm-worker']?.[0]?.body ?? '', ['hotfix.same-as-base']],
  ])('%s', async (_what, name, bytes, codes) => {
    expect(await codesOf('dm-worker', name, bytes)).toEqual(codes)
  })

  it('a program without permission to execute, two that differ, an archive with nothing of it', async () => {
    const not = await tarGz([{ name: 'x/bin/dm-worker', mode: 0o644, body: newWorker }])
    expect(await codesOf('dm-worker', 'x.tar.gz', not)).toEqual(['package.not-executable'])
    const two = await tarGz([
      { name: 'a/dm-worker', mode: 0o755, body: newWorker },
      { name: 'b/dm-worker', mode: 0o755, body: elfProgram({ main: 'example.org/dm/cmd/dm-worker', mark: 'third' }) },
    ])
    expect(await codesOf('dm-worker', 'x.tar.gz', two)).toContain('hotfix.ambiguous')
    expect(await codesOf('dm-worker', 'x.tar.gz', await tarGz([{ name: 'readme', body: 'x' }]))).toEqual(['hotfix.nothing-fits'])
  })
})
