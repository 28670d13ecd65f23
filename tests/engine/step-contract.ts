import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { beforeAll, describe, expect, it } from 'vitest'
import type { HostFacts } from '@/server/domain/facts'
import type { Act, Step } from '@/server/domain/step'
import { askHost, parseHost } from '@/server/probes/batch'
import { readHash, readPiece, readSize } from '@/server/steps/file-pulled'
import { kindOf } from '@/server/steps/kinds'
import { landingPath, stagePrepare, stageTake } from '@/server/steps/staging'
import { incarnationOf } from '@/server/steps/unit-running'

/** A host to prove the step kinds on: a simulated one, or a real one that may be changed. Commands run as root. */
export type ContractHost = {
  exec(argv: readonly string[]): Promise<{ code: number; out: string; err: string }>
  /** Uploads as root. */
  put(bytes: Buffer, path: string): Promise<void>
  /** A folder for the suite's own use, two levels deep or more, that does not exist yet. */
  dir: string
  /** An account and group that do not exist yet. */
  user: string
  /** Content of a unit's run script that stays alive, and a port that it listens on (0: none). */
  program: Buffer
  unit: string
}

const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

const contentOf = (content: Extract<Act, { act: 'put' }>['content']): string => {
  if ('kept' in content) return content.kept.sha256
  return 'blob' in content ? content.blob.sha256 : content.package
}

/** Every kind of step that can be observed: not so before, so after its acts, still so after them again, and as forecast. */
export const stepContract = (name: string, open: () => Promise<ContractHost>): void => {
  describe(`step kinds on ${name}`, () => {
    let host: ContractHost
    let contents: Map<string, Buffer>
    let packed: Buffer
    beforeAll(async () => {
      host = await open()
      contents = new Map()
      packed = await packageOf(host.program)
      const prepared = await host.exec(stagePrepare('root'))
      expect(prepared).toMatchObject({ code: 0 })
    })

    const see = async (step: Step): Promise<HostFacts> => {
      const probes = kindOf(step).needs(step)
      const said = await host.exec(askHost(probes))
      expect(said.code).toBe(0)
      return parseHost(probes, said.out, '2026-01-01T00:00:00.000Z')
    }

    const act = async (step: Step): Promise<void> => {
      for (const one of kindOf(step).acts(step)) {
        if (one.act === 'put') {
          const bytes = contents.get(contentOf(one.content))
          if (!bytes) throw new Error('the case has no such content')
          await host.put(bytes, landingPath('root', one.path))
          expect(await host.exec(stageTake(landingPath('root', one.path), one.path, bytes.length))).toMatchObject({ code: 0 })
        }
        if (one.act === 'exec') expect(await host.exec(one.argv), step.kind).toMatchObject({ code: 0 })
      }
    }

    /** Before: not so. Acts: so, as forecast. Again: still so. */
    const holds = async (step: Step, becomes: 'yes' | 'unknown' = 'yes'): Promise<void> => {
      const kind = kindOf(step)
      const before = await see(step)
      const unit = 'unit' in step ? step.unit : ''
      const turn = { incarnation: incarnationOf(before, unit) }
      expect(kind.satisfied(step, before, turn), `${step.kind} before`).toBe('no')
      const forecast = kind.predict(step, before)
      expect(kind.satisfied(step, forecast, turn), `${step.kind} forecast`).toBe(becomes)
      await act(step)
      const after = await see(step)
      expect(kind.satisfied(step, after, turn), `${step.kind}: ${JSON.stringify(kind.explain(step, after, turn))}`).toBe(becomes)
      expect(essence(after)).toEqual(essence(forecast))
      await act(step)
      expect(kind.satisfied(step, await see(step), turn), `${step.kind} again`).toBe(becomes)
    }

    const on = { host: 'h' }
    const root = { owner: 'root', group: 'root' }
    const text = (content: string, secret = false) => {
      const bytes = Buffer.from(content)
      contents.set(sha(bytes), bytes)
      return { sha256: sha(bytes), sizeBytes: bytes.length, secret }
    }
    const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHdoYXRldmVyd2hhdGV2ZXJ3aGF0ZXZlcg== panel'
    const owned = () => ({ owner: host.user, group: host.user })

    it('user-present makes the account', () => holds({ ...on, kind: 'user-present', id: '1', user: host.user, group: host.user }))
    it('authorized-key adds the key once', async () => {
      await holds({ ...on, kind: 'authorized-key', id: '2', user: host.user, key })
    })
    it('directory makes every missing level, and says which', async () => {
      const step: Step = { ...on, kind: 'directory', id: '3', path: `${host.dir}/bin`, mode: '0755', ...owned() }
      await holds(step)
      const again: Step = { ...step, id: '3b', path: `${host.dir}/a/b` }
      const [one] = kindOf(again).acts(again)
      const said = one?.act === 'exec' ? await host.exec(one.argv) : undefined
      expect(said?.out).toBe(`::made ${host.dir}/a\n::made ${host.dir}/a/b\n`)
    })
    it('file puts the content, its owner and mode', async () => {
      const path = `${host.dir}/conf.txt`
      await holds({ ...on, kind: 'file', id: '4', path, content: text('first\n'), mode: '0640', ...owned() })
      await holds({ ...on, kind: 'file', id: '5', path, content: text('second\n'), mode: '0644', ...root })
    })
    it('file with a secret is always written, and never judged by its content', () =>
      holds({ ...on, kind: 'file', id: '6', path: `${host.dir}/secret`, content: text('hush', true), mode: '0600', ...owned() }, 'unknown'))
    it('file refuses to replace a directory', async () => {
      const step: Step = { ...on, kind: 'file', id: '7', path: `${host.dir}/bin`, content: text('x'), mode: '0644', ...root }
      await expect(act(step)).rejects.toThrow()
      expect(kindOf(step).satisfied(step, await see(step), { incarnation: '' })).toBe('no')
    })
    it('file-pushed puts a file as the deploy user or as root, keeps what was there, and refuses what is not as at review', async () => {
      const folder = `${host.dir}/pushed`
      await holds({ ...on, kind: 'directory', id: '7a', path: folder, mode: '0755', ...owned() })
      const path = `${folder}/hosts.conf`
      const fileOf = (content: string) => ({ id: sha(Buffer.from(content)), name: 'a b.conf', ...text(content) })
      const [first, second, third] = [fileOf('one\n'), fileOf('two\n'), fileOf('three\n')]
      const base = { ...on, kind: 'file-pushed' as const, path, owner: '', backup: null }
      await holds({ ...base, id: '7b', file: first, user: host.user, mode: '0640', replaces: null })
      const kept = `${path}.was-${first.sha256.slice(0, 12)}`
      await holds({ ...base, id: '7c', file: second, user: host.user, mode: '0640', replaces: first.sha256, backup: kept })
      expect((await host.exec(['sha256sum', kept])).out).toContain(first.sha256)
      const stale: Step = { ...base, id: '7d', file: third, user: host.user, mode: '0640', replaces: first.sha256 }
      await expect(act(stale)).rejects.toThrow('code: 75')
      await holds({ ...base, id: '7e', file: third, user: 'root', mode: '0600', owner: 'root:root', replaces: second.sha256 })
      const closed: Step = { ...base, id: '7f', file: first, path: '/etc/dm-panel-contract', user: host.user, mode: '0644', replaces: null }
      await expect(act(closed)).rejects.toThrow('code: 1')
      expect(kindOf(closed).satisfied(closed, await see(closed), { incarnation: '' })).toBe('no')
    })
    it('file-read tells a user size, pieces and hash of what he may read', async () => {
      const path = `${host.dir}/conf.txt`
      expect(await host.exec(readSize({ user: host.user, path }))).toMatchObject({ code: 0, out: '7\n' })
      const piece = await host.exec(readPiece({ user: host.user, path }, 2, 3))
      expect(Buffer.from(piece.out, 'base64').toString()).toBe('con')
      expect((await host.exec(readHash({ user: 'root', path }, 3))).out.trim()).toBe(sha(Buffer.from('sec')))
      await act({ ...on, kind: 'file', id: '7g', path: `${host.dir}/closed`, content: text('x'), mode: '0600', ...root })
      expect(await host.exec(readSize({ user: host.user, path: `${host.dir}/closed` }))).toMatchObject({ code: 77 })
    })
    it('package-cached and binaries bring the program', async () => {
      contents.set(sha(packed), packed)
      const name = 'dm-worker-v8.5.0-linux-amd64.tar.gz'
      await holds({ ...on, kind: 'package-cached', id: '8', sha256: sha(packed), sizeBytes: packed.length, name })
      const entry = { entry: 'dm-worker/dm-worker', entrySha256: sha(host.program) }
      await holds({ ...on, kind: 'binaries', id: '9', packageSha256: sha(packed), name, into: `${host.dir}/bin`, ...entry, ...owned() })
    })
    it('binaries-staged unpacks beside, and binaries moves it in', async () => {
      const name = 'dm-worker-v8.5.0-linux-amd64.tar.gz'
      const into = `${host.dir}/staged`
      await holds({ ...on, kind: 'directory', id: '9a', path: into, mode: '0755', ...owned() })
      const entry = { entry: 'dm-worker/dm-worker', entrySha256: sha(host.program) }
      const unpacked = { packageSha256: sha(packed), name, into, ...entry, ...owned() }
      await holds({ ...on, kind: 'binaries-staged', id: '9b', ...unpacked })
      const live: Step = { ...on, kind: 'binaries', id: '9c', ...unpacked }
      expect(kindOf(live).satisfied(live, await see(live), { incarnation: '' }), 'staged is not live').toBe('no')
      await holds(live)
      const staged: Step = { ...live, kind: 'binaries-staged' }
      expect(kindOf(staged).satisfied(staged, await see(staged), { incarnation: '' }), 'live needs no staging').toBe('yes')
    })
    it('units are enabled, started, restarted in their turn, stopped, disabled', async () => {
      const script = `#!/bin/bash\nDEPLOY_DIR=${host.dir}\ncd "\${DEPLOY_DIR}" || exit 1\nexec bin/dm-worker/dm-worker\n`
      await holds({ ...on, kind: 'file', id: '10', path: `${host.dir}/run.sh`, content: text(script), mode: '0755', ...owned() })
      const unit = `[Unit]\nDescription=contract\n[Service]\nExecStart=/bin/bash -c '${host.dir}/run.sh'\nRestart=always\nRestartSec=15s\n[Install]\nWantedBy=multi-user.target\n`
      const path = `/etc/systemd/system/${host.unit}`
      await holds({ ...on, kind: 'file', id: '11', path, content: text(unit), mode: '0644', ...root })
      await holds({ ...on, kind: 'unit-enabled', id: '12', unit: host.unit, enabled: true })
      await holds({ ...on, kind: 'unit-running', id: '13', unit: host.unit, started: 'any', logs: [] })
      await holds({ ...on, kind: 'unit-running', id: '14', unit: host.unit, started: 'this-turn', logs: [] })
      await holds({ ...on, kind: 'unit-stopped', id: '15', unit: host.unit })
      await holds({ ...on, kind: 'unit-enabled', id: '16', unit: host.unit, enabled: false })
      await holds({ ...on, kind: 'path-absent', id: '17', path, onlyEmpty: false })
    })
    it('guards are asked and change nothing', async () => {
      const ask = async (step: Step) => kindOf(step).satisfied(step, await see(step), { incarnation: '' })
      const guard = (asks: Extract<Step, { kind: 'guard' }>['asks']): Step => ({ ...on, kind: 'guard', id: 'g', asks })
      expect(await ask(guard({ guard: 'root' }))).toBe('yes')
      expect(await ask(guard({ guard: 'platform', os: 'linux', arch: 'sparc' }))).toBe('no')
      expect(await ask(guard({ guard: 'disk-free', path: host.dir, bytes: 1 }))).toBe('yes')
      expect(await ask(guard({ guard: 'disk-free', path: host.dir, bytes: 2 ** 60 }))).toBe('no')
      expect(await ask(guard({ guard: 'port-free-or-ours', port: 22, unit: 'nobody.service' }))).toBe('no')
      expect(await ask(guard({ guard: 'port-free-or-ours', port: 64999, unit: 'nobody.service' }))).toBe('yes')
      expect(await ask(guard({ guard: 'unit-known', unit: 'no-such.service' }))).toBe('no')
    })
    it('contents-absent empties a folder and keeps it, or takes its logs only', async () => {
      const folder = `${host.dir}/log`
      await act({ ...on, kind: 'directory', id: '17a', path: folder, mode: '0755', ...owned() })
      const file = (name: string): Step => ({
        ...on,
        kind: 'file',
        id: name,
        path: `${folder}/${name}`,
        content: text(name),
        mode: '0644',
        ...root,
      })
      for (const name of ['a.log', 'a-2026.log', 'b.log.2026-11-01', 'keep.txt']) await act(file(name))
      await holds({ ...on, kind: 'contents-absent', id: '17b', path: folder, only: 'logs' })
      const kept = file('keep.txt')
      expect((await see(kept)).paths[`${folder}/keep.txt`]?.exists).toBe(true)
      await holds({ ...on, kind: 'contents-absent', id: '17c', path: folder, only: 'all' })
      const gone: Step = { ...on, kind: 'path-absent', id: '17d', path: folder, onlyEmpty: true }
      expect((await see(gone)).paths[folder]).toMatchObject({ exists: true, empty: true })
      await expect(act({ ...on, kind: 'contents-absent', id: '17e', path: '/home', only: 'all' })).rejects.toThrow()
    })
    it('path-absent leaves what is not empty when told so, and refuses the root', async () => {
      const step: Step = { ...on, kind: 'path-absent', id: '18', path: host.dir, onlyEmpty: true }
      await act(step)
      expect(kindOf(step).satisfied(step, await see(step), { incarnation: '' })).toBe('yes')
      expect((await see(step)).paths[host.dir]?.exists).toBe(true)
      await expect(act({ ...on, kind: 'path-absent', id: '19', path: '/tmp', onlyEmpty: false })).rejects.toThrow()
      await expect(act({ ...on, kind: 'path-absent', id: '20', path: `${host.dir}/../x`, onlyEmpty: false })).rejects.toThrow()
      await holds({ ...on, kind: 'path-absent', id: '21', path: host.dir, onlyEmpty: false })
    })
    it('the key and the account go again', async () => {
      await holds({ ...on, kind: 'authorized-key-absent', id: '22', user: host.user, key })
      await holds({ ...on, kind: 'user-absent', id: '23', user: host.user, group: host.user })
    })
  })
}

const packageOf = async (program: Buffer): Promise<Buffer> => {
  const tar = pack()
  tar.entry({ name: 'dm-worker/dm-worker', mode: 0o755 }, program)
  tar.finalize()
  const chunks: Uint8Array[] = []
  for await (const chunk of tar) if (chunk instanceof Uint8Array) chunks.push(chunk)
  return gzipSync(Buffer.concat(chunks))
}

/** What a forecast can know: no clock, pid, uid, or size on disk. */
const essence = (facts: HostFacts): unknown => ({
  users: Object.fromEntries(Object.entries(facts.users).map(([name, fact]) => [name, fact.exists ? fact.primaryGroup : null])),
  paths: Object.fromEntries(
    Object.entries(facts.paths).map(([path, fact]) => [
      path,
      fact.exists ? { type: fact.type, mode: fact.mode, owner: fact.owner, group: fact.group, sha256: fact.sha256 } : null,
    ]),
  ),
  units: Object.fromEntries(
    Object.entries(facts.units).map(([unit, fact]) => [
      unit,
      { active: fact.activeState, sub: fact.subState, enabled: fact.unitFileState === 'enabled', reload: fact.needDaemonReload },
    ]),
  ),
  keys: facts.authorizedKeys,
  packages: facts.packages,
  left: Object.fromEntries(Object.entries(facts.usage).map(([key, { entries, real }]) => [key, { entries, real }])),
})
