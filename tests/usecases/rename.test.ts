import { afterAll, beforeAll, expect, it } from 'vitest'
import { appendAudit, listAudit } from '@/server/store/audit'
import { createCluster, findCluster } from '@/server/store/clusters'
import { keepSecret } from '@/server/store/credentials'
import { applyChange, endJob } from '@/server/store/end-job'
import { demandNotFormer, unknownCluster } from '@/server/usecases/unknown-cluster'
import { three } from '@/tests/plans/world'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  const rest = { lifecycle: 'deploying' as const, version: 'v8.5.0', deployUser: 'tidb', credentialId: 'key:shop' }
  await createCluster(database.db, { name: 'shop', topology: three, yaml: '', createdBy: 'ann', ...rest })
  await keepSecret(database.db, { id: 'grafana:shop:10.0.0.1:3000', name: 'Grafana', sealed: 'sealed', createdBy: 'ann' })
}, 60_000)
afterAll(() => database.close())

let count = 0
/** A job that changes the books in one way and ends well, in one transaction, as its last entries do. */
const job = async (clusterName: string, operation: string, change: Parameters<typeof applyChange>[2]): Promise<void> => {
  const id = `job-${++count}`
  const { db } = database
  await db.plan.create({ data: { id: `plan-${count}`, clusterName, operation, state: 'submitted', input: '{}', askedBy: 'ann' } })
  await db.job.create({ data: { id, number: count, planId: `plan-${count}`, clusterName, operation, state: 'running', startedBy: 'ann' } })
  await db.$transaction(async (tx) => {
    await appendAudit(tx, {
      phase: 'intent',
      act: id,
      actor: 'ann',
      from: '',
      what: operation,
      command: '',
      cluster: clusterName,
      jobId: id,
    })
    const at = new Date()
    await applyChange(tx, { id, clusterName, operation, startedBy: 'ann' }, change, at)
    await endJob(tx, { id, clusterName, state: 'succeeded', reason: '', at })
  })
}
const secrets = () => database.db.credential.count({ where: { id: 'grafana:shop:10.0.0.1:3000' } })
const codeOf = (promise: Promise<void>) =>
  promise.then(
    () => 'free',
    (error: { code: string }) => error.code,
  )

it('a renamed cluster keeps its secrets and its audit; its former name stays taken until it ends', async () => {
  const { db } = database
  const told = (cluster: string) => ({ cluster, at: new Date(), told: cluster })
  await db.healthTold.createMany({ data: [told('shop'), told('orders')] }) // one is left of a cluster that was called so long ago
  await job('shop', 'rename', { change: 'cluster-renamed', to: 'orders' })
  expect((await db.healthTold.findMany()).map(({ cluster, told: by }) => `${cluster} ${by}`)).toEqual(['orders shop'])
  expect(await findCluster(db, 'shop')).toBeUndefined()
  expect(await findCluster(db, 'orders')).toMatchObject({ secretsOf: 'shop', revision: 2, credentialId: 'key:shop' })
  expect(await secrets()).toBe(1)
  expect(await unknownCluster(db, 'shop')).toMatchObject({
    code: 'usecases.cluster-renamed',
    status: 404,
    params: { name: 'shop', to: 'orders' },
  })
  expect(await unknownCluster(db, 'other')).toMatchObject({ code: 'usecases.cluster-unknown', status: 404 })
  expect(await codeOf(demandNotFormer(db, 'shop'))).toBe('usecases.name-kept')
  expect((await listAudit(db, { cluster: 'orders' }, { limit: 9 })).map(({ what, cluster }) => `${what} ${cluster}`)).toContain(
    'rename shop',
  )

  await job('orders', 'rename', { change: 'cluster-renamed', to: 'shop' })
  expect(await findCluster(db, 'shop')).toMatchObject({ secretsOf: 'shop', revision: 3 })
  expect(await codeOf(demandNotFormer(db, 'shop'))).toBe('free')
  expect(await secrets()).toBe(1)

  await job('shop', 'rename', { change: 'cluster-renamed', to: 'books' })
  await job('books', 'destroy', { change: 'cluster-removed' })
  expect(await db.healthTold.count()).toBe(0)
  expect(await secrets()).toBe(0)
  expect([await codeOf(demandNotFormer(db, 'shop')), await codeOf(demandNotFormer(db, 'orders'))]).toEqual(['free', 'free'])
  const kept = (await listAudit(db, { cluster: 'books' }, { limit: 20 })).map(({ what, cluster }) => `${what} ${cluster}`)
  expect(kept).toEqual(expect.arrayContaining(['destroy books', 'rename shop', 'rename orders']))
})
