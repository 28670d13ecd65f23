import { afterAll, beforeAll, expect, it } from 'vitest'
import { instancesOf } from '@/server/domain/topology/instances'
import { readLedger } from '@/server/store/ledger'
import type { TestDatabase } from '@/tests/support/test-db'
import { demandWhole } from './crash-matrix'
import { type Fault, type Faulted, faultMatrix, faultyCopy, oneOfEachClass, runWithFaults, type Watch } from './fault-world'
import { dmctl, forgetCluster, type Ground, hotfixes, packages, planNow, threeHosts } from './sim-plans'
import { startedGround } from './started-ground'

let database: TestDatabase
let started: Ground
beforeAll(async () => {
  const made = await startedGround()
  database = made.database
  started = made.started
}, 60_000)
afterAll(() => database.close())

const dmInstances = instancesOf(threeHosts).filter(({ component }) => component.startsWith('dm-'))
const isNew = (sha256: string | undefined): boolean => hotfixes.some(({ entrySha256 }) => entrySha256 === sha256)
const at = ({ world }: Ground, { hostId, unit }: (typeof dmInstances)[number]) =>
  world.state.machines.find(({ address }) => address === hostId)?.units[unit]

/** What is live is changed only while its unit is stopped, and one after another: at most one instance is neither old and up nor new and up. */
const inTurn: Watch = (ground, host, what) => {
  const swapped = what.startsWith('binaries ')
    ? dmInstances.find((one) => one.hostId === host && what.includes(`${one.deployDir}/bin`))
    : undefined
  if (swapped && at(ground, swapped)?.active === 'active') return `${swapped.id} runs`
  if (!/^unit-(stopped|running) /.test(what) || ground.away.size > 0) return ''
  const down = dmInstances.filter((one) => at(ground, one)?.active !== 'active' && !(one.hostId === host && what.includes(one.unit)))
  return down.length > 0 ? `${down.map(({ id }) => id)} is down as well` : ''
}

const check = async (ran: Faulted): Promise<void> => {
  const title = ran.died.join(', ')
  demandWhole(ran)
  expect(ran.violations, title).toEqual([])
  expect(
    dmInstances.filter((one) => !isNew(at(ran.ground, one)?.process?.exeSha256)).map(({ id }) => id),
    title,
  ).toEqual([])
  expect((await readLedger(database.db, 'dm1')).length, title).toBe(dmInstances.length)
  expect(Object.keys(ran.ground.world.dm.clusters[0]?.evicted ?? {}), title).toEqual([])
  expect(ran.ground.world.dm.clusters[0]?.leader, title).not.toBe('')
  // A host that comes back before its turn runs what it ran: the new program first runs in its own lane.
  const swaps = ran.commands.filter(({ what }) => what.startsWith('binaries ')).length
  expect(swaps, title).toBeGreaterThanOrEqual(dmInstances.length)
}

const run = (fault: Fault) => (hits: (point: string) => boolean) =>
  runWithFaults(
    async () => {
      await forgetCluster(database.db)
      const ground = faultyCopy(started)
      const patch = { packages: hotfixes.map(({ sha256 }) => sha256), overwrite: false, offline: false }
      const ledger = await readLedger(database.db, 'dm1')
      const all = [...packages, ...hotfixes, dmctl]
      return { ground, plan: await planNow(ground, 'patch', { dmctl, rolling, patch, ledger, packages: all }) }
    },
    hits,
    { fault, watch: inTurn },
  )
const rolling = { batch: 1, canary: false, tolerance: 0 }

for (const fault of ['reboot', 'cut'] as const) {
  const title = fault === 'cut' ? 'is cut off' : 'reboots'
  it(`patch: a host ${title} anywhere: nothing new runs before its turn, nothing is changed under a running process`, {
    timeout: 240_000,
  }, async () => {
    const { left, ...told } = await faultMatrix(run(fault), { apart: 20, choose: oneOfEachClass, check })
    console.log(`patch, ${fault}:`, told)
    expect(left).toEqual([])
  })
}
