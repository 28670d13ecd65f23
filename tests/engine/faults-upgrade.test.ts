import { afterAll, beforeAll, expect, it } from 'vitest'
import { currentOf } from '@/server/domain/ledger'
import { instancesOf } from '@/server/domain/topology/instances'
import { findCluster } from '@/server/store/clusters'
import { listConfigExports } from '@/server/store/config-exports'
import { readLedger } from '@/server/store/ledger'
import { listUpgrades } from '@/server/store/upgrades'
import type { TestDatabase } from '@/tests/support/test-db'
import { demandWhole } from './crash-matrix'
import { type Fault, type Faulted, faultMatrix, faultyCopy, oneOfEachClass, runWithFaults, type Watch } from './fault-world'
import { dmctl, forgetCluster, type Ground, nextPackages, packages, planNow, threeHosts } from './sim-plans'
import { startedGround } from './started-ground'

let database: TestDatabase
let started: Ground
beforeAll(async () => {
  const made = await startedGround({ source: 'source-id: mysql-01\n', task: true })
  database = made.database
  started = made.started
}, 60_000)
afterAll(() => database.close())

const instances = instancesOf(threeHosts)
type One = (typeof instances)[number]
const packageOf = ({ component }: One) => nextPackages.find((one) => one.component === component)
const unitAt = ({ world }: Ground, { hostId, unit }: One) => world.state.machines.find(({ address }) => address === hostId)?.units[unit]
const runsNew = (ground: Ground, one: One): boolean => unitAt(ground, one)?.process?.exeSha256 === packageOf(one)?.entrySha256

/** What is live is changed only while its unit is stopped; no new program runs before its instance's own turn has put it there. */
const inTurn: Watch = (ground, host, what) => {
  const swapped = what.startsWith('binaries ') && instances.find((one) => one.hostId === host && what.includes(`${one.deployDir}/bin`))
  if (swapped && unitAt(ground, swapped)?.active === 'active') return `${swapped.id} runs`
  const early = instances.find((one) => {
    const machine = ground.world.host(one.hostId)?.machine
    const live = machine?.node(`${one.deployDir}/bin/${packageOf(one)?.entry}`)
    return runsNew(ground, one) && live?.sha256 !== packageOf(one)?.entrySha256
  })
  return early ? `${early.id} runs what does not lie there` : ''
}

const check = async (ran: Faulted): Promise<void> => {
  const title = ran.died.join(', ')
  demandWhole(ran)
  expect(ran.violations, title).toEqual([])
  const ledger = await readLedger(database.db, 'dm1')
  for (const one of instances) {
    const wanted = packageOf(one)
    expect(ran.ground.world.host(one.hostId)?.machine.node(`${one.deployDir}/bin/${wanted?.entry}`)?.sha256, `${one.id} ${title}`).toBe(
      wanted?.entrySha256,
    )
    expect(unitAt(ran.ground, one)?.process?.version, `${one.id} ${title}`).toBe(wanted?.version)
    expect(currentOf(ledger, one.id)?.packageSha256, `${one.id} ${title}`).toBe(wanted?.sha256)
  }
  const [dm] = ran.ground.world.dm.clusters
  expect(Object.keys(dm?.evicted ?? {}), title).toEqual([])
  expect(dm?.leader, title).not.toBe('')
  expect(
    dm?.workers.flatMap(({ source }) => (source === '' ? [] : [source])),
    title,
  ).toEqual(['mysql-01'])
  expect((await findCluster(database.db, 'dm1'))?.version, title).toBe('v8.5.1')
  expect(await listUpgrades(database.db, 'dm1'), title).toMatchObject([{ state: 'open', led: true }])
  expect(
    (await listConfigExports(database.db, 'dm1')).filter(({ jobId }) => jobId === ran.jobId),
    title,
  ).toHaveLength(1)
}

const run = (fault: Fault) => (hits: (point: string) => boolean) =>
  runWithFaults(
    async () => {
      await forgetCluster(database.db)
      await database.db.clusterUpgrade.deleteMany()
      const ground = faultyCopy(started)
      const upgrade = { to: 'v8.5.1', offline: false, pauseBeforeLast: false, prefer: [], exportBy: dmctl }
      const input = { dmctl, rolling: { batch: 1, canary: false, tolerance: 0 }, ledger: [], upgrade }
      return { ground, plan: await planNow(ground, 'upgrade', { ...input, packages: [...packages, ...nextPackages, dmctl] }) }
    },
    hits,
    { fault, watch: inTurn },
  )

for (const fault of ['reboot', 'cut'] as const) {
  it(`upgrade: a host ${fault === 'cut' ? 'is cut off' : 'reboots'} at each boundary`, { timeout: 240_000 }, async () => {
    const { left, ...told } = await faultMatrix(run(fault), { apart: 20, choose: oneOfEachClass, check })
    console.log(`upgrade, ${fault}:`, told)
    expect(left).toEqual([])
  })
}
