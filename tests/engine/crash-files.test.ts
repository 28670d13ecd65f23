import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { foldJournal } from '@/server/domain/fold-journal'
import { LinkLost } from '@/server/remote/transport'
import { hashText, SimMachine } from '@/server/sim/machine'
import { SimWorld } from '@/server/sim/world'
import { readJournal } from '@/server/store/journal'
import { keptFile, keptFolder } from '@/server/store/kept-files'
import { topologyOf } from '@/tests/plans/world'
import { SimTransport } from '@/tests/support/sim-transport'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'
import { demandWhole, matrix, runWithLostLink } from './crash-matrix'
import { attempt, copyOf, forgetCluster, type Ground, newGround, perform, planNow, pulledFolder, pushedFile, submitPlan } from './sim-plans'

const topology = topologyOf(`global: {user: tidb, deploy_dir: /dm/deploy, data_dir: /dm/data}
master_servers: [{host: 10.0.0.1}]
worker_servers: [{host: 10.0.0.2}]
`)
const hosts = ['10.0.0.1', '10.0.0.2']
const path = '/dm/deploy/own.conf'
const former = 'what was there before\n'

let database: TestDatabase
let deployed: Ground
beforeAll(async () => {
  database = await testDatabase()
  await database.db.$queryRawUnsafe('PRAGMA synchronous = OFF') // whether a disk keeps what was written is not tried here
  const ground = newGround(database.db, topology)
  const world = SimWorld.fresh(hosts, { now: ground.clock.now })
  deployed = { ...ground, world, transport: new SimTransport(world) }
  expect((await perform(deployed, await planNow(deployed, 'deploy'))).end).toBe('succeeded')
  write(deployed, '10.0.0.2', path, former)
}, 60_000)
beforeEach(() => forgetCluster(database.db))
afterAll(() => database.close())

const machineOf = (ground: Ground, host: string): SimMachine => {
  const state = ground.world.state.machines.find(({ address }) => address === host)
  if (!state) throw new Error(host)
  return new SimMachine(state, () => [])
}
const write = (ground: Ground, host: string, at: string, content: string | Buffer, mode = '0644') =>
  machineOf(ground, host).writeFile(at, content, { owner: 'tidb', group: 'tidb', mode })

const push = { file: pushedFile, path, sudo: false, backup: true, atOnce: 1 }
const pushScene = async () => {
  await forgetCluster(database.db)
  const ground = copyOf(deployed)
  return { ground, plan: await planNow(ground, 'push', { push }) }
}
/** Two pieces and a bit, over all bytes that there are. */
const log = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7) % 256))
const pullScene = async () => {
  await forgetCluster(database.db)
  const ground = copyOf(deployed)
  for (const host of hosts) write(ground, host, '/dm/deploy/dm.log', log, '0600')
  return {
    ground,
    plan: await planNow(ground, 'pull', { pull: { paths: ['/dm/deploy/dm.log'], sudo: false, atOnce: 1, roomBytes: 2 ** 30 } }),
  }
}
const pulledOf = async (jobId: string) => {
  const rows = await database.db.keptFile.findMany({ where: { jobId }, orderBy: { host: 'asc' } })
  return rows.map(({ id, host, sha256 }) => [host, sha256, hashText(readFileSync(keptFile(pulledFolder(), id)))])
}

describe('push', () => {
  it('wherever the runner dies: the file is whole on each host, what was there is kept, and nothing else is left', {
    timeout: 60_000,
  }, async () => {
    const { left, points } = await matrix(pushScene, {
      apart: 7,
      check(ran) {
        demandWhole(ran)
        for (const host of hosts) {
          const machine = machineOf(ran.ground, host)
          expect(machine.node(path)).toMatchObject({ sha256: pushedFile.sha256, owner: 'tidb', mode: '0644' })
          expect(
            Object.keys(machine.state.nodes).filter((one) => /dm-panel\/staged\/|incoming\/.*\/|own\.conf\.dm-panel/.test(one)),
          ).toEqual([])
        }
        expect(machineOf(ran.ground, '10.0.0.2').text(`${path}.was-${hashText(former).slice(0, 12)}`)).toBe(former)
        expect(Object.keys(machineOf(ran.ground, '10.0.0.1').state.nodes).some((one) => one.includes('.was-'))).toBe(false)
      },
    })
    expect(left).toEqual([])
    console.log(`crash matrix of push: ${points} points`)
  })

  it('a file that somebody has changed since the review is left alone, and the other host has its own', async () => {
    const { ground, plan } = await pushScene()
    write(ground, '10.0.0.2', path, 'changed meanwhile\n')
    const jobId = await submitPlan(ground, plan)
    expect(await attempt(ground, plan)).toBe('failed')
    const view = foldJournal(plan, await readJournal(database.db, jobId, 0))
    expect(Object.values(view.lanes).map(({ state }) => state)).toEqual(['done', 'failed'])
    expect(machineOf(ground, '10.0.0.2').text(path)).toBe('changed meanwhile\n')
  })

  it('a file that is there already is left as it is', async () => {
    const { ground, plan } = await pushScene()
    expect((await perform(ground, plan)).end).toBe('succeeded')
    const again = await planNow(ground, 'push', { push })
    expect(again.problems.map(({ code }) => code)).toEqual(['push.same'])
    const { entries } = await perform(ground, again)
    expect(entries.filter(({ kind }) => kind === 'already').length).toBe(2)
  })
})

describe('pull', () => {
  it('wherever the runner dies: each file is here, whole and once, and no part of one is left', { timeout: 60_000 }, async () => {
    const { left, points } = await matrix(pullScene, {
      apart: 7,
      async check(ran) {
        demandWhole(ran)
        expect(await pulledOf(ran.jobId)).toEqual(hosts.map((host) => [host, hashText(log), hashText(log)]))
        expect(readdirSync(keptFolder(pulledFolder())).filter((one) => one.endsWith('.part'))).toEqual([])
        await database.db.keptFile.deleteMany()
      },
    })
    expect(left).toEqual([])
    console.log(`crash matrix of pull: ${points} points`)
  })

  it('goes on at its byte when the link drops in the middle', async () => {
    const [piece] = (await runWithLostLink(pullScene, await pointOf('piece'))).passed.filter((point) => point.includes(' piece 0 '))
    expect(piece).toBeDefined()
  })

  it('a file that changes all the while fails on its host only; one that has grown is taken as far as it was', async () => {
    const { ground, plan } = await pullScene()
    ground.transport.hooks.after = (host, what) => {
      if (host === '10.0.0.1' && what.includes(' piece 0 '))
        write(ground, host, '/dm/deploy/dm.log', Buffer.from(log.map((byte) => byte ^ 1)), '0600')
      if (host === '10.0.0.1' && what.includes(' hash ')) write(ground, host, '/dm/deploy/dm.log', log, '0600')
      if (host === '10.0.0.2' && what.includes(' size')) write(ground, host, '/dm/deploy/dm.log', Buffer.concat([log, log]), '0600')
    }
    const jobId = await submitPlan(ground, plan)
    expect(await attempt(ground, plan)).toBe('failed')
    const failed = (await readJournal(database.db, jobId, 0)).find((one) => one.kind === 'failed')
    expect(failed).toMatchObject({ error: { code: 'engine.pull-changed' } })
    expect(await pulledOf(jobId)).toEqual([['10.0.0.2', hashText(log), hashText(log)]])
  })

  it('a host that is gone is said, and the others’ files are here', async () => {
    const { ground, plan } = await pullScene()
    ground.transport.hooks.before = (host, what) => {
      if (host === '10.0.0.1' && what.startsWith('file-read')) throw new LinkLost('unreachable', host, 'gone')
    }
    const jobId = await submitPlan(ground, plan)
    expect(await attempt(ground, plan)).toBe('failed')
    expect((await pulledOf(jobId)).map(([host]) => host)).toEqual(['10.0.0.2'])
  })
})

/** The point at which the first piece has been read. */
const pointOf = async (verb: string): Promise<string> => {
  const { ground, plan } = await pullScene()
  const points: string[] = []
  ground.transport.hooks.after = (host, what) => void points.push(`ran ${host} ${what}`)
  await perform(ground, plan)
  const found = points.find((point) => point.includes(` ${verb} `))
  if (!found) throw new Error(points.join('\n'))
  return found
}
