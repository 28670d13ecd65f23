import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { ErrandRun } from '@/server/errands/errand-run'
import { prepareRotate } from '@/server/errands/prepare-rotate'
import { LinkLost, type Target } from '@/server/remote/transport'
import { runnerKey } from '@/server/runner-key'
import { createCluster } from '@/server/store/clusters'
import { keepCredential, sealedOf } from '@/server/store/credentials'
import { findPlan, openPlan, type PlanRow } from '@/server/store/plans'
import { three } from '@/tests/plans/world'
import { FakeTransport } from '@/tests/support/fake-transport'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
}, 60_000)
afterAll(() => database.close())

const secrets = runnerKey(Buffer.alloc(32, 7))
const key = { name: 'k', kind: 'key', username: 'tidb', sudo: 'nopasswd', sealed: 'x', createdBy: 'ann' } as const
beforeEach(async () => {
  const { db } = database
  await db.clusterRevision.deleteMany()
  await db.cluster.deleteMany()
  await db.credential.deleteMany()
  const rest = { lifecycle: 'deploying' as const, version: 'v8.5.0', deployUser: 'tidb', yaml: '', topology: three, createdBy: 'ann' }
  await createCluster(db, { name: 'dm1', credentialId: 'key:dm1', ...rest })
  await createCluster(db, { name: 'dm2', credentialId: 'mine', ...rest })
  await db.cluster.updateMany({ data: { lifecycle: 'deployed' } })
  await keepCredential(db, { ...key, id: 'key:dm1', publicKey: 'ssh-rsa AAAAone', fingerprint: 'SHA256:one' })
  await keepCredential(db, { ...key, id: 'mine', publicKey: 'ssh-rsa AAAAtwo', fingerprint: 'SHA256:two' })
})

/** Hosts that refuse a credential. */
const runWith = (refuses: (target: Target) => boolean = () => false): ErrandRun => {
  const transport = Object.assign(new FakeTransport(new Map()), {
    login: async (target: Target) => {
      if (refuses(target)) throw new LinkLost('auth-refused', target.host, 'no')
    },
  })
  const folders = { data: database.folder, mirrorRoot: '', tiupRoot: '' }
  return {
    ...{ db: database.db, transport, secrets, agentSocket: undefined, folders, now: () => new Date() },
    ...{ signal: new AbortController().signal, progress: async () => {} },
  } as ErrandRun // as far as this errand asks of it
}
const row = async (cluster = 'dm1'): Promise<PlanRow> => {
  const ask = { operation: 'rotate-ssh' as const, input: {}, askedBy: 'ann', askedFrom: '' }
  const plan = await findPlan(database.db, await openPlan(database.db, { ...ask, clusterName: cluster }))
  if (!plan) throw new Error('no plan')
  return plan
}

it('makes a key once, sealed, and takes it again until it is the cluster’s', async () => {
  const first = (await prepareRotate(runWith(), await row())).input
  const again = (await prepareRotate(runWith(), await row())).input
  expect(first.deploy.credentialId).toMatch(/^key:dm1:/)
  expect(again.deploy.credentialId).toBe(first.deploy.credentialId)
  expect(first.given?.credentialId).toBe('key:dm1')
  expect(first.rotate).toMatchObject({ former: { credentialId: 'key:dm1', publicKey: 'ssh-rsa AAAAone' } })
  expect(JSON.stringify(first)).not.toContain('PRIVATE')
  const sealed = (await sealedOf(database.db, first.deploy.credentialId)) ?? ''
  expect(sealed).not.toContain('PRIVATE')
  expect(secrets.openSealed(sealed, first.deploy.credentialId)).toContain('PRIVATE KEY')
  await database.db.cluster.update({ where: { name: 'dm1' }, data: { credentialId: first.deploy.credentialId } })
  expect((await prepareRotate(runWith(), await row())).input.deploy.credentialId).not.toBe(first.deploy.credentialId)
}, 30_000)

it('goes on where hosts were left: by the former key where the present one is refused', async () => {
  const former = { credentialId: 'mine', publicKey: 'ssh-rsa AAAAtwo', hosts: ['10.0.0.1', '10.0.0.5'] }
  await database.db.cluster.update({ where: { name: 'dm1' }, data: { formerKey: JSON.stringify(former) } })
  const run = runWith(({ host, login }) => host === '10.0.0.5' && login.credentialId === 'key:dm1')
  const { input } = await prepareRotate(run, await row())
  expect(input).toMatchObject({ deploy: { credentialId: 'key:dm1' }, given: { credentialId: 'mine' }, givenHosts: ['10.0.0.5'] })
  expect(input.rotate).toMatchObject({ publicKey: 'ssh-rsa AAAAone', finish: former.hosts })
})

it('leaves a key alone that another cluster needs on the same hosts, and what is no key', async () => {
  const codes = async () => (await prepareRotate(runWith(), await row())).problems.map(({ code }) => code)
  await database.db.credential.update({ where: { id: 'mine' }, data: { publicKey: 'ssh-rsa AAAAone a comment' } })
  expect(await codes()).toEqual(['rotate.shared'])
  await database.db.credential.update({ where: { id: 'key:dm1' }, data: { publicKey: '' } })
  expect(await codes()).toEqual(['rotate.no-key'])
})
