import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { UpgradeView } from '@/server/domain/api-upgrades'
import type { Plan } from '@/server/domain/plan'
import type { Problem } from '@/server/domain/problem'
import { type SimPanel, simPanel } from '@/tests/support/sim-panel'

/** The one-master example, by the API alone: asked for, refused, exported, upgraded, ended. */
const addresses = ['127.9.7.11', '127.9.7.12']
let sim: SimPanel
beforeAll(async () => {
  sim = await simPanel(addresses)
  const credentialId = await sim.login()
  await sim.addPackages()
  const topology = `# ours\nglobal:\n  ssh_port: ${sim.port}\nmaster_servers:\n  - host: ${addresses[0]}\nworker_servers:\n  - host: ${addresses[1]}\n`
  const deploy = await sim.plan<View>('dm1', 'deploy', { version: 'v8.5.0', topology, credentialId })
  expect(await submit(deploy)).toBe('succeeded')
  expect(await submit(await sim.plan<View>('dm1', 'start', {}))).toBe('succeeded')
}, 120_000)
afterAll(() => sim.close())

type View = { id: string; state: string; problems: Problem[]; document: Plan | null }
const submit = (plan: View) => sim.run(plan.id, { consent: plan.problems.map(({ code }) => code), confirm: 'dm1' })
const view = () => sim.call<UpgradeView>('GET', '/api/clusters/dm1/upgrade')
const errorsOf = async (operation: string, input: unknown): Promise<string[]> =>
  (await sim.plan<View>('dm1', operation, input)).problems.flatMap(({ code, severity }) => (severity === 'error' ? [code] : []))
const versionAt = (address: string) =>
  Object.values(sim.world.host(address)?.machine.state.units ?? {}).flatMap(({ process }) => process?.version ?? [])
const fast = { canary: false }

describe('what is refused changes nothing', () => {
  it('a version that is none, that nobody has, that is lower; a key that is no key; nothing to go back from', async () => {
    expect(await errorsOf('upgrade', { version: 'soon' })).toEqual(['topology.version-form'])
    expect(new Set(await errorsOf('upgrade', { version: '8.9.9' }))).toEqual(new Set(['upgrade.package-missing']))
    expect(await errorsOf('upgrade', { version: '8.4.0' })).toContain('upgrade.downgrade')
    expect(await errorsOf('upgrade', { version: 'v8.5.1', offline: true })).toContain('upgrade.running')
    expect(await errorsOf('rollback', {})).toEqual(['rollback.nothing'])
    expect(await errorsOf('finalise', {})).toEqual(['rollback.nothing'])
    const key = { name: 'key', username: 'none', sudo: 'nopasswd', password: 'not hex' }
    const { id } = await sim.call<{ id: string }>('POST', '/api/credentials', key)
    expect(await errorsOf('upgrade', { version: 'v8.5.1', secretKey: { credentialId: id } })).toEqual(['upgrade.secret-key-form'])
  })

  it('input of another shape, another cluster, nobody signed in', async () => {
    const asked = async (url: string, input: unknown, as: string | undefined = sim.admin) =>
      (await sim.panel.call('POST', url, { ...(as && { as }), body: { operation: 'upgrade', input } })).status
    expect(await asked('/api/clusters/dm1/plans', {})).toBe(422)
    expect(await asked('/api/clusters/dm1/plans', { version: 'v8.5.1', packages: ['x'] })).toBe(422)
    expect(await asked('/api/clusters/none/plans', { version: 'v8.5.1' })).toBe(404)
    const viewer = await sim.panel.token('viewer')
    expect(await asked('/api/clusters/dm1/plans', { version: 'v8.5.1' }, viewer)).toBe(403)
    expect((await sim.panel.call('GET', '/api/clusters/dm1/exports/x/archive', { as: viewer })).status).toBe(403)
    expect((await sim.panel.call('GET', '/api/clusters/dm1/exports/x/archive', { as: sim.admin })).status).toBe(404)
  })

  it('a mirror that is gone: said, and the store as it was', async () => {
    const wanted = [{ component: 'dm-master', version: 'v8.6.0', os: 'linux', arch: 'amd64' }]
    const before = (await view()).targets
    const fetched = await sim.errand('POST', '/api/packages/fetch', { location: 'http://127.0.0.1:9/mirror', wanted })
    expect(fetched.state).toBe('failed')
    expect((await view()).targets).toEqual(before)
  })

  it('processes are what they were', () => {
    expect(addresses.flatMap(versionAt)).toEqual(['v8.5.0', 'v8.5.0'])
  })
})

describe('an upgrade of the one-master example', () => {
  let other: View
  it('says where the cluster can go', async () => {
    expect(await view()).toMatchObject({ version: 'v8.5.0', open: null, exports: [], exportBy: { version: 'v8.5.0' } })
    expect((await view()).targets.map(({ version, direction, missing }) => [version, direction, missing.length])).toEqual([
      ['v8.5.1', 'up', 0],
      ['v8.5.0', 'same', 0],
    ])
  })

  it('offers the builds of a version that the store has twice, and takes the one that was asked for', async () => {
    const { db } = sim.panel
    const first = await db.package.findFirstOrThrow({ where: { component: 'dm-worker', version: 'v8.5.1', origin: { not: 'hotfix' } } })
    const sha256 = 'ab'.repeat(32)
    await db.package.create({ data: { ...first, sha256 } })
    const target = (await view()).targets.find(({ version }) => version === 'v8.5.1')
    expect(target?.choices).toMatchObject([{ component: 'dm-worker', os: 'linux', arch: 'amd64' }])
    const [choice] = target?.choices ?? []
    expect(new Set(choice?.packages)).toEqual(new Set([first.sha256, sha256]))
    const staged = async (packages: string[]): Promise<string[]> => {
      const { document } = await sim.plan<View>('dm1', 'upgrade', { version: 'v8.5.1', rolling: fast, packages })
      const steps = document?.phases.flatMap(({ lanes }) => lanes.flatMap((lane) => lane.steps)) ?? []
      return steps.flatMap((step) => (step.kind === 'package-cached' && step.name.startsWith('dm-worker') ? [step.sha256] : []))
    }
    expect(await staged([sha256])).toEqual([sha256])
    expect(await staged([first.sha256])).toEqual([first.sha256])
    expect(await staged([])).toEqual(choice?.packages.slice(0, 1))
    await db.package.delete({ where: { sha256 } })
  })

  it('exports, upgrades, and says that there is no way back', async () => {
    other = await sim.plan<View>('dm1', 'upgrade', { version: 'v8.5.1', rolling: fast })
    const plan = await sim.plan<View>('dm1', 'upgrade', { version: '8.5.1', rolling: fast })
    expect(plan.problems.map(({ code, severity }) => `${severity} ${code}`)).toEqual(
      expect.arrayContaining(['warning upgrade.no-way-back', 'warning rolling.masters-out']),
    )
    expect(await submit(plan)).toBe('succeeded')
    expect(addresses.flatMap(versionAt)).toEqual(['v8.5.1', 'v8.5.1'])
    expect(await view()).toMatchObject({ version: 'v8.5.1', open: { from: 'v8.5.0', to: 'v8.5.1', led: true } })
    expect(await errorsOf('rollback', {})).toContain('rollback.has-led')
  }, 120_000)

  it('a plan that was made before it is stale', async () => {
    const refused = await sim.panel.call('POST', `/api/plans/${other.id}/jobs`, {
      as: sim.admin,
      body: { consent: other.problems.map(({ code }) => code) },
    })
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([409, 'usecases.plan-stale']) // shape of apiError
  })

  it('keeps the export for administrators, and every download is in the audit', async () => {
    const [kept] = (await view()).exports
    // The runner does errands while the request waits.
    const asked = sim.panel.call('GET', `/api/clusters/dm1/exports/${kept?.id}/archive`, { as: sim.admin })
    const working = setInterval(() => void sim.work(), 50)
    const archive = Buffer.from(await (await asked).arrayBuffer())
    clearInterval(working)
    const names = execFileSync('tar', ['-tz'], { input: archive, encoding: 'utf8' }).trim().split('\n')
    expect(names).toEqual(expect.arrayContaining(['export.tar.gz', 'topology.yaml', 'relay.txt']))
    expect(names.some((name) => name.endsWith('/conf/dm-master.toml'))).toBe(true)
    expect(execFileSync('tar', ['-xzO', 'topology.yaml'], { input: archive, encoding: 'utf8' })).toContain('# ours')
    const audit = await sim.panel.db.auditRecord.findMany({ where: { what: 'download-export' } })
    expect(audit.map(({ phase }) => phase).toSorted()).toEqual(['intent', 'outcome'])
    const errand = await sim.panel.db.errand.findFirst({ where: { kind: 'open-export' } })
    expect(errand?.result ?? '').not.toContain('sealed')
  }, 60_000)

  it('goes back to the former version in fresh folders: name and consent wanted, then what was left is given up, then up again', async () => {
    const refused = async (input: unknown): Promise<number> =>
      (await sim.panel.call('POST', '/api/clusters/dm1/plans', { as: sim.admin, body: { operation: 'redeploy', input } })).status
    expect(await refused({ suffix: '../x' })).toBe(422)
    const plan = await sim.plan<View>('dm1', 'redeploy', { suffix: '-before' })
    expect(plan.problems.map(({ code, severity }) => `${severity} ${code}`)).toContain('warning redeploy.downtime')
    const unnamed = await sim.panel.call('POST', `/api/plans/${plan.id}/jobs`, {
      as: sim.admin,
      body: { consent: plan.problems.map(({ code }) => code) },
    })
    expect([unnamed.status, ((await unnamed.json()) as { code: string }).code]).toEqual([422, 'usecases.name-mismatch']) // shape of apiError
    expect(await submit(plan)).toBe('succeeded')
    expect(addresses.flatMap(versionAt)).toEqual(['v8.5.0', 'v8.5.0'])
    expect(await view()).toMatchObject({ version: 'v8.5.0', open: { state: 'redeployed', led: true } })
    expect((await view()).open?.left.length).toBeGreaterThan(0)
    const yaml = await sim.panel.db.clusterRevision.findFirst({ where: { cluster: 'dm1' }, orderBy: { revision: 'desc' } })
    expect(yaml?.yaml).toContain('# ours')
    expect(yaml?.yaml).toContain('dm-master-8261-before')
    expect(await errorsOf('redeploy', {})).toEqual(['redeploy.done'])
    expect(await submit(await sim.plan<View>('dm1', 'finalise', {}))).toBe('succeeded')
    expect(await view()).toMatchObject({ open: null, history: [{ state: 'rolled-back' }] })
    expect(await submit(await sim.plan<View>('dm1', 'upgrade', { version: 'v8.5.1', rolling: fast }))).toBe('succeeded')
  }, 180_000)

  it('installs the same again when told to, and ends', async () => {
    const again = await sim.plan<View>('dm1', 'upgrade', { version: 'v8.5.1', rolling: fast })
    expect(again.problems.map(({ code }) => code)).toContain('upgrade.same-version')
    expect(await submit(await sim.plan<View>('dm1', 'finalise', {}))).toBe('succeeded')
    expect(await view()).toMatchObject({ open: null, history: [{ state: 'final' }, { state: 'rolled-back' }] })
    expect(await errorsOf('finalise', {})).toEqual(['rollback.nothing'])
  }, 60_000)
})
