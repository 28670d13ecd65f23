import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PackageDetail, VerifiedPackageView } from '@/server/domain/api-packages'
import { parseTopology } from '@/server/domain/topology/parse'
import { parsePrepared, tryClean, tryPrepare, tryRun } from '@/server/probes/try-program'
import { createCluster } from '@/server/store/clusters'
import { keepPackage, packageFile } from '@/server/store/packages'
import { elfProgram, tarGz } from '@/tests/support/archives'
import { type SimPanel, simPanel } from '@/tests/support/sim-panel'

const address = '127.0.71.11'
let sim: SimPanel
beforeAll(async () => {
  sim = await simPanel([address])
  const credentialId = await sim.login()
  await sim.addPackages()
  const yaml = `global:\n  ssh_port: ${sim.port}\nmaster_servers:\n  - host: ${address}\n`
  const { topology } = parseTopology(yaml)
  if (!topology) throw new Error('not read')
  const cluster = { name: 'c1', lifecycle: 'adopted' as const, version: 'v8.5.0', deployUser: 'root', credentialId }
  await createCluster(sim.panel.db, { ...cluster, topology, yaml, createdBy: 'a' })
}, 60_000)
afterAll(() => sim.close())

const tries = () => Object.keys(sim.world.host(address)?.machine.state.nodes ?? {}).filter((at) => at.includes('.dm-panel-try-'))
const verify = (sha256: string, host = address) =>
  sim.errand<VerifiedPackageView>('POST', `/api/packages/${sha256}/verify`, { cluster: 'c1', host })
const master = () => sim.panel.db.package.findFirstOrThrow({ where: { component: 'dm-master', version: 'v8.5.0' } })

describe('on a host', () => {
  it('says the version, as the deploy user, leaves nothing there, and is kept with the package', async () => {
    const { sha256 } = await master()
    const { result, error } = await verify(sha256)
    expect(error).toBeNull()
    expect(result).toMatchObject({ release: 'v8.5.0', cluster: 'c1', host: address, user: 'root' })
    expect(tries()).toEqual([])
    expect((await sim.call<PackageDetail>('GET', `/api/packages/${sha256}`)).verified).toEqual(result)
  })

  it('refuses another platform, and an archive that is not what its row says; nothing is left, nothing is kept', async () => {
    const before = await master()
    const archive = await tarGz([{ name: 'dm-worker/dm-worker', mode: 0o755, body: elfProgram() }])
    const sha256 = createHash('sha256').update(archive).digest('hex')
    fs.writeFileSync(packageFile(sim.panel.folder, sha256), archive)
    const entry = 'dm-worker/dm-worker'
    const info = {
      sha256,
      component: 'dm-worker' as const,
      version: 'v9.0.0',
      os: 'linux',
      arch: 'arm64',
      sizeBytes: archive.length,
      entry,
    }
    const origin = { from: 'upload' as const, detail: '' }
    await keepPackage(sim.panel.db, { info: { ...info, entrySha256: 'a'.repeat(64), origin, texts: {} }, tree: [] }, 'test')
    expect((await verify(sha256)).error?.code).toBe('errands.host-platform-differs')
    await sim.panel.db.package.update({ where: { sha256 }, data: { arch: 'amd64' } })
    expect((await verify(sha256)).error?.code).toBe('errands.program-says-nothing')
    expect((await verify(before.sha256, '192.0.2.1')).error?.code).toBe('usecases.instance-unknown')
    expect((await verify('b'.repeat(64))).error?.code).toBe('usecases.package-unknown')
    expect(tries()).toEqual([])
    expect((await sim.panel.db.package.findUniqueOrThrow({ where: { sha256 } })).verified).toBeNull()
  })
})

describe('the scripts, by a real bash', () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'try-'))
  afterAll(() => fs.rmSync(home, { recursive: true }))
  const bash = ([program = '', ...args]: readonly string[]) =>
    spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, HOME: home, SECRET: 'canary' } })

  /** Prepares, lays an archive with this program there, and runs it. */
  const attempt = (text: string, more: { seconds?: number; sha?: string; dot?: boolean } = {}) => {
    const { folder = '', platform } = parsePrepared(bash(tryPrepare()).stdout) ?? {}
    expect([platform, fs.statSync(folder).mode & 0o777]).toEqual([`linux/${os.arch() === 'arm64' ? 'arm64' : 'amd64'}`, 0o700])
    const source = fs.mkdtempSync(path.join(os.tmpdir(), 'source-'))
    fs.mkdirSync(path.join(source, 'dm-worker'))
    fs.writeFileSync(path.join(source, 'dm-worker/dm-worker'), text, { mode: 0o755 })
    fs.writeFileSync(path.join(source, 'dm-worker/other'), 'must not be unpacked')
    execFileSync('tar', ['-czf', path.join(folder, 'package.tar.gz'), '-C', source, more.dot ? './dm-worker' : 'dm-worker'])
    fs.rmSync(source, { recursive: true })
    const entrySha256 = more.sha ?? createHash('sha256').update(text).digest('hex')
    const asked = { folder, name: 'dm-worker.tar.gz', entry: 'dm-worker/dm-worker', entrySha256, flag: '-V', seconds: more.seconds ?? 10 }
    const ran = bash(tryRun(asked))
    expect(fs.readdirSync(home)).toEqual([])
    return ran
  }

  it('runs it with the flag in the folder alone, without the environment, and removes all', () => {
    const said = attempt('#!/bin/sh\necho "flag $1"; ls; ls dm-worker; echo "home $HOME $SECRET."\n')
    expect([said.status, said.stdout.split('\n').slice(0, 3)]).toEqual([0, ['flag -V', 'dm-worker', 'dm-worker']])
    expect(said.stdout).toMatch(/home \/.*\.dm-panel-try-\w+ \.\n/)
    expect(attempt('#!/bin/sh\necho dotted\n', { dot: true }).stdout).toBe('dotted\n')
  })

  it('ends what does not end, cuts what says too much, tells a failure, and refuses another file', () => {
    expect(attempt('#!/bin/sh\nsleep 60\n', { seconds: 1 }).status).toBe(124)
    expect(attempt('#!/bin/sh\nyes | head -c 100000\n').stdout.length).toBeLessThanOrEqual(4097)
    expect(attempt('#!/bin/sh\necho broken >&2; exit 3\n')).toMatchObject({ status: 3, stdout: 'broken\n' })
    expect(attempt('#!/bin/sh\n', { sha: 'a'.repeat(64) }).status).toBe(74)
  })

  it('cleans only what is a folder of a try', () => {
    const other = path.join(home, 'other')
    fs.mkdirSync(other)
    expect([bash(tryClean(other)).status, fs.existsSync(other)]).toEqual([64, true])
    fs.rmdirSync(other)
  })
})
