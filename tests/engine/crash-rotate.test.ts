import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Plan, stepsOf } from '@/server/domain/plan'
import type { OperationInput } from '@/server/operations/input'
import { keyBody } from '@/server/probes/authorized-key'
import { keyLines } from '@/server/sim/sim-probes'
import { SimWorld } from '@/server/sim/world'
import { findCluster } from '@/server/store/clusters'
import { submitPlan as submitted } from '@/tests/engine/sim-plans'
import { expectGolden } from '@/tests/plans/plan-text'
import { topologyOf } from '@/tests/plans/world'
import { SimTransport } from '@/tests/support/sim-transport'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import { demandWhole, matrix, runWithDeaths } from './crash-matrix'
import { attempt, copyOf, forgetCluster, type Ground, newGround, perform, planNow } from './sim-plans'

const topology = topologyOf(`global: {user: tidb, deploy_dir: /dm/deploy, data_dir: /dm/data}
master_servers: [{host: 10.0.0.1}]
worker_servers: [{host: 10.0.0.2}]
`)
const hosts = ['10.0.0.1', '10.0.0.2']
const keys = { 'credential-deploy': 'ssh-ed25519 AAAAC3panel', 'key:dm1:next': 'ssh-rsa AAAAnext' }
const rotation: Partial<OperationInput> = {
  given: { user: 'tidb', credentialId: 'credential-deploy', sudo: 'nopasswd' },
  deploy: { user: 'tidb', credentialId: 'key:dm1:next', sudo: 'nopasswd' },
  rotate: {
    publicKey: keys['key:dm1:next'],
    former: { credentialId: 'credential-deploy', publicKey: keys['credential-deploy'] },
    leaveAway: false,
  },
}

let database: TestDatabase
let deployed: Ground
beforeAll(async () => {
  database = await testDatabase()
  await database.db.$queryRawUnsafe('PRAGMA synchronous = OFF') // whether a disk keeps what was written is not tried here
  const ground = newGround(database.db, topology)
  const world = SimWorld.fresh(hosts, { now: ground.clock.now })
  deployed = { ...ground, world, transport: new SimTransport(world) }
  expect((await perform(deployed, await planNow(deployed, 'deploy'))).end).toBe('succeeded')
}, 60_000)
afterAll(() => database.close())

/** Hosts as deployed, of a cluster that is reached by its first key. */
const scene = async (more: Partial<OperationInput> = {}): Promise<{ ground: Ground; plan: Plan }> => {
  const { db } = database
  await forgetCluster(db)
  await db.credential.deleteMany()
  const rest = { name: 'k', kind: 'generated-key', username: 'tidb', sealed: 'x', createdBy: 'ann' }
  await db.credential.createMany({ data: Object.entries(keys).map(([id, publicKey]) => ({ ...rest, id, publicKey })) })
  const ground = copyOf(deployed)
  ground.transport.keys = keys
  const plan = await planNow(ground, 'rotate-ssh', { ...rotation, ...more })
  const jobId = await submitted(ground, plan)
  await db.reservation.deleteMany()
  await db.job.delete({ where: { id: jobId } })
  await db.cluster.updateMany({ data: { credentialId: 'credential-deploy', lifecycle: 'deployed' } })
  return { ground, plan }
}

const lets = (ground: Ground, credentialId: string): string[] => {
  const key = new Map(Object.entries(keys)).get(credentialId) ?? ''
  return hosts.filter((host) => {
    const machine = ground.world.host(host)?.machine
    return machine !== undefined && keyLines(machine, 'tidb', keyBody(key)) > 0
  })
}
const books = async () => {
  const cluster = await findCluster(database.db, 'dm1')
  if (!cluster) throw new Error('dm1')
  return cluster
}
const isWiped = async (id: string) => (await database.db.credential.findUniqueOrThrow({ where: { id } })).wipedAt !== null

describe('rotate-ssh', () => {
  it('the plan: beside, proven on all, switched, taken away', async () => {
    const { plan } = await scene()
    expectGolden('rotate-ssh/two-hosts', plan)
    expect(JSON.stringify(plan)).not.toMatch(/PRIVATE KEY/)
    const { plan: rest } = await scene({
      givenHosts: ['10.0.0.2'],
      rotate: {
        ...(rotation.rotate ?? { publicKey: '', former: { credentialId: '', publicKey: '' }, leaveAway: false }),
        finish: ['10.0.0.2'],
      },
    })
    expectGolden('rotate-ssh/finish', rest)
    expect(stepsOf(rest).some(({ kind }) => kind === 'recorded')).toBe(false)
  })

  it('wherever the runner dies: every host lets in whom the books name, and the end is the same', { timeout: 120_000 }, async () => {
    const seen = new Set<string>()
    const clean = await runWithDeaths(scene, () => false)
    for (const at of new Set(clean.passed)) {
      const { ground } = await runWithDeaths(scene, (point) => point === at, { resume: false })
      const { credentialId, formerKey } = await books()
      expect(lets(ground, credentialId), `${at}: ${credentialId}`).toEqual(hosts)
      // Whoever still lets in the former key is in the books, once they have switched.
      if (credentialId !== 'credential-deploy' && formerKey)
        expect(formerKey.hosts, at).toEqual(expect.arrayContaining(lets(ground, 'credential-deploy')))
      expect(await isWiped(credentialId), at).toBe(false)
      seen.add(credentialId)
    }
    expect([...seen].sort()).toEqual(['credential-deploy', 'key:dm1:next'])
    const { left, points } = await matrix(scene, {
      apart: 5,
      async check(ran) {
        demandWhole(ran)
        expect(lets(ran.ground, 'key:dm1:next')).toEqual(hosts)
        expect(lets(ran.ground, 'credential-deploy')).toEqual([])
        expect(await books()).toMatchObject({ credentialId: 'key:dm1:next', formerKey: null, revision: 2 })
        expect([await isWiped('credential-deploy'), await isWiped('key:dm1:next')]).toEqual([true, false])
      },
    })
    expect(left).toEqual([])
    console.log(`crash matrix of rotate-ssh: ${points} points`)
  })

  it('a host that does not let in the new key: nothing is switched, the former one works everywhere', async () => {
    const { ground, plan } = await scene()
    const jobId = await submitted(ground, plan)
    ground.transport.hooks.before = (host, what) => {
      if (what !== 'login key:dm1:next' || host !== '10.0.0.2') return
      const machine = ground.world.host(host)?.machine
      const at = machine?.keysFile('tidb') ?? ''
      machine?.writeFile(at, `${keys['credential-deploy']}\n`, { owner: 'tidb', group: 'tidb', mode: '0600' })
    }
    const { appendByUser, readJournal } = await import('@/server/store/journal')
    const giving = (async () => {
      for (;;) {
        const asked = (await readJournal(database.db, jobId, 0)).findLast(({ kind }) => kind === 'question')
        if (asked?.kind === 'question') {
          const answer = { kind: 'answered', question: asked.question.id, choice: 'give-up', reason: '', by: 'ann' } as const
          return appendByUser(database.db, jobId, answer)
        }
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    })()
    expect(await attempt(ground, plan)).toBe('failed')
    await giving
    const failed = (await readJournal(database.db, jobId, 0)).find(({ kind }) => kind === 'failed')
    expect(failed).toMatchObject({ error: { code: 'engine.key-not-accepted' } })
    expect((await books()).credentialId).toBe('credential-deploy')
    expect(lets(ground, 'credential-deploy')).toEqual(hosts)
  })

  it('a host that is away by consent keeps the former key, and the cluster says so until it is done', async () => {
    const { ground } = await scene()
    const away = {
      rotate: { ...(rotation.rotate ?? { publicKey: '', former: { credentialId: '', publicKey: '' }, leaveAway: false }), leaveAway: true },
    }
    const { rotateSsh } = await import('@/server/operations/rotate-ssh')
    const { later, running } = await import('@/tests/plans/world')
    const facts = running(topology)
    const { '10.0.0.2': _gone, ...others } = facts.hosts
    const refused = rotateSsh.validate(topology, { hosts: others }, later(topology, rotation))
    expect(refused.map(({ code, severity }) => `${severity} ${code}`)).toEqual(['error rotate.away'])
    expect(rotateSsh.validate(topology, { hosts: {} }, later(topology, away)).map(({ code }) => code)).toEqual(['rotate.all-away'])
    const { plan } = rotateSsh.plan(
      topology,
      { hosts: others },
      { ...later(topology, { ...rotation, ...away }), given: rotation.given ?? later(topology).deploy },
    )
    expect(plan.problems.map(({ code, severity }) => `${severity} ${code}`)).toEqual(['warning rotate.left'])
    expect((await perform(ground, plan)).end).toBe('succeeded')
    expect((await books()).formerKey).toMatchObject({ credentialId: 'credential-deploy', hosts: ['10.0.0.2'] })
    expect(await isWiped('credential-deploy')).toBe(false)
    const finish = { givenHosts: ['10.0.0.2'], rotate: { ...away.rotate, finish: ['10.0.0.2'] } }
    expect((await perform(ground, await planNow(ground, 'rotate-ssh', { ...rotation, ...finish }))).end).toBe('succeeded')
    expect((await books()).formerKey).toBeNull()
    expect([lets(ground, 'key:dm1:next'), lets(ground, 'credential-deploy')]).toEqual([hosts, []])
    expect(await isWiped('credential-deploy')).toBe(true)
  })
})
