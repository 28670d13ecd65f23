import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { TestDatabase } from '@/tests/support/test-db'
import { demandWhole } from './crash-matrix'
import { type Fault, type Faulted, faultMatrix, faultyCopy, oneOfEachClass, runWithFaults, type Watch } from './fault-world'
import { dmctl, forgetCluster, type Ground, planNow } from './sim-plans'
import { startedGround } from './started-ground'

let database: TestDatabase
let started: Ground
beforeAll(async () => {
  const made = await startedGround({ source: '', task: true })
  database = made.database
  started = made.started
}, 60_000)
beforeEach(() => forgetCluster(database.db))
afterAll(() => database.close())

const rolling = { batch: 1, canary: false, tolerance: 0 }

/** No master is taken down while another one is down. */
const oneMasterDown: Watch = ({ world, away }, host, what) => {
  if (!/^unit-(stopped|running) dm-master/.test(what)) return ''
  const others = world.state.machines.filter(({ address }) => address !== host && address.startsWith('10.0.0.'))
  const down = others.filter(({ address, units }) => away.has(address) || units['dm-master-8261.service']?.active !== 'active')
  return down.length > 0 ? `${down.map(({ address }) => address)} is down as well` : ''
}

const check = (ran: Faulted): void => {
  const title = ran.died.join(', ')
  demandWhole(ran)
  expect(ran.violations, title).toEqual([])
  const [dm] = ran.ground.world.dm.clusters
  expect(Object.keys(dm?.evicted ?? {}), title).toEqual([])
  expect(dm?.leader, title).not.toBe('')
  expect(
    dm?.workers.filter(({ source }) => source !== '').map(({ source }) => source),
    title,
  ).toEqual(['mysql-01'])
  // By the panel each unit is restarted once at most; every one of them has been started anew.
  const restarts = ran.commands.filter(({ what }) => what.startsWith('unit-running')).map(({ host, what }) => `${host} ${what}`)
  expect(restarts, title).toEqual([...new Set(restarts)])
  const old = started.world.state.machines.flatMap(({ address, bootId, units }) =>
    Object.entries(units).map(([name, { enteredUs }]) => `${address} ${name} ${bootId} ${enteredUs}`),
  )
  const now = ran.ground.world.state.machines.flatMap(({ address, bootId, units }) =>
    Object.entries(units).map(([name, { enteredUs }]) => `${address} ${name} ${bootId} ${enteredUs}`),
  )
  expect(
    now.filter((one) => old.includes(one)),
    title,
  ).toEqual([])
}

const run = (fault: Fault, victim?: (host: string) => string) => (hits: (point: string) => boolean) =>
  runWithFaults(
    async () => {
      const ground = faultyCopy(started)
      return { ground, plan: await planNow(ground, 'restart', { dmctl, rolling }) }
    },
    hits,
    { fault, watch: oneMasterDown, ...(victim && { victim }) },
  )

for (const fault of ['reboot', 'cut'] as const) {
  it(`restart: its host ${fault === 'cut' ? 'is cut off' : 'reboots'} anywhere`, { timeout: 240_000 }, async () => {
    const { left, ...told } = await faultMatrix(run(fault), { apart: 20, choose: oneOfEachClass, check })
    console.log(`restart, ${fault}:`, told)
    expect(left).toEqual([])
    // It comes back within the engine's patience: nearly always the job goes on by itself.
    expect(told.asked).toBeLessThan(told.hits / 10)
  })
}
