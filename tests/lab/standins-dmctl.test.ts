import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type DmctlSaid,
  parseDdlLocks,
  parseDmctlRun,
  parseKept,
  parseSources,
  parseStatus,
  refusalOf,
} from '@/server/probes/dmctl-answers'
import type { DmctlCommand } from '@/server/probes/dmctl-commands'
import { readKept, runDmctl } from '@/server/probes/dmctl-script'
import { cachedPackagePath } from '@/server/probes/package-in-cache'
import { buildStandins } from './build-packages'
import { recording } from './recordings'
import { ask, type Node } from './standin-cluster'
import { cluster, dmctlPlayer, made, members, nth, pause, player, ready, until } from './standin-replay'

afterAll(async () => {
  for (const c of made) {
    await c.endAll()
    rmSync(c.dir, { recursive: true })
  }
})

/** The unit's own numbers and errors, as recorded. */
const recordedUnit = (number: string): { detail: unknown; errors?: unknown } => {
  type Row = { load?: unknown; sync?: unknown; result: { errors: unknown } | null }
  const answer = JSON.parse(recording(number).answer) as { sources: { subTaskStatus: Row[] }[] } // a recording of query-status
  const row = nth(nth(answer.sources, 0).subTaskStatus, 0)
  return { detail: row.load ?? row.sync, ...(row.result ? { errors: row.result.errors } : {}) }
}

const sourceText = (id: string): string => `source-id: ${id}\nfrom:\n  host: 10.1.1.1\n  port: 3306\n  user: dm\n  password: plain-secret\n`
const taskText = (name: string): string => `name: ${name}\ntask-mode: all\nmysql-instances:\n  - source-id: north-1\n`

describe('dmctl on three masters and two workers, as recorded', () => {
  const c = cluster(11, 3, 2)
  const file = (name: string, text: string): string => {
    const path = join(c.dir, name)
    writeFileSync(path, text)
    return path
  }
  let roles: Record<string, Node> = {}
  let play = dmctlPlayer(c, {}, {})
  const knob = (name: string, value: unknown) => ask(nth(c.masters, 0), 'POST', `/standin/${name}`, JSON.stringify(value))
  const stageOf = async (node: Node): Promise<string> => {
    const body = (await ask(nth(c.masters, 0), 'GET', `${members}?worker=true&names=${node.name}`)).body
    return /"stage": "(\w+)"/.exec(body)?.[1] ?? ''
  }

  beforeAll(async () => {
    for (const master of c.masters) c.startMaster(master)
    const leader = await ready(c)
    for (const worker of c.workers) c.startWorker(worker, 'keepalive-ttl = 4\nrelay-keepalive-ttl = 12\n')
    await until(async () => (await ask(leader, 'GET', `${members}?worker=true`)).body.split('"free"').length === 3)
    const [one, other] = c.masters.filter((master) => master !== leader)
    if (!one || !other) throw new Error('three masters expected')
    roles = { '127.0.1.2': leader, '127.0.1.1': one, '127.0.1.3': other, '127.0.1.4': nth(c.workers, 0), '127.0.1.5': nth(c.workers, 1) }
    play = dmctlPlayer(c, roles, {
      'src1.yaml': file('src1.yaml', sourceText('north-1')),
      'src3.yaml': file('src3.yaml', sourceText('north-3')),
      'task1.yaml': file('task1.yaml', taskText('t1')),
      'task2.yaml': file('task2.yaml', taskText('t2')),
      './dmcfg/export': join(c.dir, 'export'),
    })
  })

  it.each(['60', '61', '62', '64'])('recording %s', (number) => play(number))

  it('a task that failed in its load (66, 67, 6a)', async () => {
    expect((await c.dmctl(nth(c.masters, 0), ['start-task', join(c.dir, 'task1.yaml')])).text).toContain('"result": true')
    await knob('subtask', { task: 't1', stage: 'Paused', unit: 'Load', ...recordedUnit('6a') })
    for (const number of ['66', '67']) await play(number)
    await player(roles)('6a')
  })

  it('a task that replicates (70, 71, 72, 76)', async () => {
    await play('70')
    await knob('subtask', { task: 't2', ...recordedUnit('76') })
    for (const number of ['71', '72']) await play(number)
    await player(roles)('76')
  })

  it('an export: passwords in plain text, in files of the one who asked; no relay file without relay (6b)', async () => {
    await play('6b')
    const dir = join(c.dir, 'export')
    expect(readdirSync(dir).sort()).toEqual(['sources', 'tasks'])
    expect(readdirSync(join(dir, 'tasks')).sort()).toEqual(['t1.yaml', 't2.yaml'])
    const path = join(dir, 'sources', 'north-1.yaml')
    expect(readFileSync(path, 'utf8')).toContain('plain-secret')
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('a source more than workers, and a transfer to one that is not free (a0, a1)', async () => {
    const second = file('src2.yaml', sourceText('north-2'))
    expect((await c.dmctl(nth(c.masters, 0), ['operate-source', 'create', second])).text).toContain('"source": "north-2"')
    for (const number of ['a0', 'a1']) await play(number)
    for (const id of ['north-2', 'north-3']) await c.dmctl(nth(c.masters, 0), ['operate-source', 'stop', id])
  })

  it('a worker that was killed: still bound until its lease ends, and silent (84)', async () => {
    const [first, second] = [nth(c.workers, 0), nth(c.workers, 1)]
    await c.end(first, 'SIGKILL')
    await play('84')
    expect(await stageOf(first)).toBe('bound')
    await until(async () => (await stageOf(second)) === 'bound')
    expect(await stageOf(first)).toBe('offline')
    c.startWorker(first, 'keepalive-ttl = 4\nrelay-keepalive-ttl = 12\n')
    await until(async () => (await stageOf(first)) === 'free')
  })

  it('relay: the worker that was told so is no free one for others, and its lease is the long one', async () => {
    const [first, second] = [nth(c.workers, 0), nth(c.workers, 1)]
    const leader = nth(c.masters, 0)
    const run = async (...words: string[]): Promise<DmctlSaid> => {
      const { code, text } = await c.dmctl(leader, words)
      return nth(parseDmctlRun(`::dmctl ${code}\n${text}`), 0)
    }
    expect(refusalOf(await run('start-relay', '-s', 'north-1', first.name))).toBeUndefined()
    expect(await stageOf(first)).toBe('relay')
    expect(refusalOf(await run('operate-source', 'create', join(c.dir, 'src3.yaml')))).toBeUndefined()
    expect(parseSources(await run('operate-source', 'show'))).toMatchObject({
      sources: [{ worker: second.name }, { source: 'north-3', worker: '' }],
    })
    expect(refusalOf(await run('transfer-source', 'north-3', first.name))).toMatchObject({ code: 46027 })
    expect(refusalOf(await run('stop-relay', '-s', 'north-1'))).toMatchObject({ code: 46029 })
    await c.dmctl(leader, ['operate-source', 'stop', 'north-3'])
    await knob('subtask', { task: 't2', unit: 'Dump', stage: 'Running' })
    expect(refusalOf(await run('transfer-source', 'north-1', first.name))).toMatchObject({ code: 46033 })
    await knob('subtask', { task: 't2', unit: 'Sync', stage: 'Running', lagS: 7 })
    expect(refusalOf(await run('transfer-source', 'north-1', first.name))).toBeUndefined()
    expect(await stageOf(first)).toBe('bound')
    const status = parseStatus(await run('query-status', '--more'))
    expect(status).toMatchObject({ subtasks: [{ task: 't1' }, { task: 't2', lagS: 7 }], sources: [{ worker: first.name, relay: true }] })
    await pause(2500) // it takes the long lease when it renews the short one
    const began = Date.now()
    await c.end(first, 'SIGKILL')
    await until(async () => (await stageOf(second)) === 'bound')
    expect(Date.now() - began).toBeGreaterThan(7000)
    c.startWorker(first)
    await until(async () => (await stageOf(first)) === 'relay')
    expect(refusalOf(await run('stop-relay', '-s', 'north-1', first.name))).toBeUndefined()
  })

  it('locks come and go', async () => {
    const run = async (...words: string[]) => nth(parseDmctlRun(`::dmctl 0\n${(await c.dmctl(nth(c.masters, 1), words)).text}`), 0)
    expect(parseDdlLocks(await run('shard-ddl-lock'))).toEqual({ locks: [] })
    await knob('locks', {
      locks: [{ id: 'l1', task: 't1', mode: 'pessimistic', owner: 'north-1', ddls: ['ALTER'], synced: [], unsynced: ['x'] }],
    })
    expect(parseDdlLocks(await run('show-ddl-locks', 't1'))).toMatchObject({ locks: [{ id: 'l1', unsynced: ['x'] }] })
    expect(refusalOf(await run('shard-ddl-lock', 'unlock', 'l1'))).toBeUndefined()
    expect(refusalOf(await run('unlock-ddl-lock', 'l1'))).toMatchObject({ code: 38013 })
  })

  describe.skipIf(process.getuid?.() !== 0)('by the script that the panel runs on a host, as root', () => {
    const sha = createHash('sha256').update(c.dir).digest('hex')
    const cached = cachedPackagePath(sha)
    const root = cached.split('/').slice(0, 4).join('/')
    const kept = join(c.dir, 'kept', 'export.tar.gz')
    const ref = () => ({
      packageSha256: sha,
      entry: 'dmctl/dmctl',
      user: 'nobody',
      masters: c.masters.map(({ host, port }) => `${host}:${port}`),
    })
    const run = (commands: readonly DmctlCommand[], more: Parameters<typeof runDmctl>[2] = {}) => {
      const [program = '', ...args] = runDmctl(ref(), commands, { seconds: 20, ...more })
      const ran = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, HTTPS_PROXY: 'http://127.0.0.1:1' } })
      return { ...ran, said: parseDmctlRun(ran.stdout) }
    }
    const leftovers = (): string[] => readdirSync(root).filter((name) => name.startsWith('dmctl.'))

    it('unpacks its package', () => {
      mkdirSync(join(cached, '..'), { recursive: true })
      const tree = join(c.dir, 'tree')
      mkdirSync(join(tree, 'dmctl'), { recursive: true })
      execFileSync('cp', [join(buildStandins(), 'v8.5.1', 'dmctl'), join(tree, 'dmctl', 'dmctl')])
      execFileSync('tar', ['-czf', cached, '-C', tree, 'dmctl'])
      execFileSync('chmod', ['0600', cached])
      expect(run([{ do: 'version' }])).toMatchObject({ status: 0, stdout: expect.stringContaining('v8.5.1') })
    })

    afterAll(() => {
      rmSync(cached, { force: true })
      for (const dir of [join(cached, '..'), root]) if (existsSync(dir) && readdirSync(dir).length === 0) rmdirSync(dir)
    })

    it('answers several questions in one go, and ends with 65 at the first refusal', () => {
      const ran = run([{ do: 'version' }, { do: 'show-sources' }, { do: 'show-ddl-locks' }, { do: 'query-status', more: true }])
      expect(ran.status).toBe(0)
      expect(ran.said.map(({ exit }) => exit)).toEqual([0, 0, 0, 0])
      expect(ran.said[0]?.text).toContain('Release Version: v8.5.1')
      expect(parseSources(ran.said[1])).toMatchObject({ sources: [{ source: 'north-1' }] })
      const refused = run([{ do: 'transfer-source', source: 'north-1', worker: 'nobody-there' }, { do: 'show-sources' }])
      expect(refused).toMatchObject({ status: 65, stderr: expect.stringContaining('46004') })
      expect(refused.said).toHaveLength(1)
      expect(leftovers()).toEqual([])
    })

    it('exports into a file of root’s and prints no password; imports it again', async () => {
      const exported = run([{ do: 'config-export', dir: 'out' }], { keep: kept })
      expect(exported.status).toBe(0)
      expect(exported.stdout).not.toContain('plain-secret')
      expect(statSync(kept).mode & 0o777).toBe(0o600)
      expect(statSync(kept).uid).toBe(0)
      expect(parseKept(exported.stdout)).toEqual({
        sizeBytes: statSync(kept).size,
        sha256: createHash('sha256').update(readFileSync(kept)).digest('hex'),
      })
      const [program = '', ...args] = readKept(kept)
      expect(Buffer.from(execFileSync(program, args, { encoding: 'utf8' }), 'base64').equals(readFileSync(kept))).toBe(true)
      for (const task of ['t1', 't2']) await c.dmctl(nth(c.masters, 0), ['stop-task', task])
      await c.dmctl(nth(c.masters, 0), ['operate-source', 'stop', 'north-1'])
      const imported = run([{ do: 'config-import', dir: 'in' }], { input: { tar: kept } })
      expect(imported).toMatchObject({ status: 0, stdout: expect.stringContaining('import configs from directory `in` succeed') })
      expect(existsSync(kept)).toBe(false)
      expect(parseStatus(run([{ do: 'query-status', more: true }]).said[0])).toMatchObject({ subtasks: [{ task: 't1' }, { task: 't2' }] })
    })

    it('takes a source from a staged file, which is gone afterwards', () => {
      const staged = join(c.dir, 'staged')
      writeFileSync(staged, sourceText('north-4'), { mode: 0o600 })
      const ran = run([{ do: 'create-source', file: 'in/input.yaml' }], { input: { file: staged } })
      expect(ran.status).toBe(0)
      expect(existsSync(staged)).toBe(false)
      expect(ran.stdout + ran.stderr).not.toContain('plain-secret')
      run([{ do: 'stop-source', source: 'north-4' }])
    })

    it('says what is missing', () => {
      const bad = (change: object): number | null => {
        const [program = '', ...args] = runDmctl({ ...ref(), ...change }, [{ do: 'list-member' }], { seconds: 5 })
        return spawnSync(program, args).status
      }
      expect(bad({ packageSha256: '0'.repeat(64) })).toBe(66)
      expect(bad({ user: 'no-such-user' })).toBe(67)
      expect(bad({ entry: 'dmctl/other' })).toBe(65)
      expect(bad({ masters: ['127.2.11.99:1'] })).toBe(1)
      expect(leftovers()).toEqual([])
    })
  })
})
