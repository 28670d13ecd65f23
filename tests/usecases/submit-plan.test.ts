import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { canonical } from '@/server/domain/audit-chain'
import type { Plan } from '@/server/domain/plan'
import type { Problem } from '@/server/domain/problem'
import { parseTopology } from '@/server/domain/topology/parse'
import { createCluster } from '@/server/store/clusters'
import { openPlan, readyPlan } from '@/server/store/plans'
import { answerQuestion, cancelJob } from '@/server/usecases/steer-job'
import { submitPlan } from '@/server/usecases/submit-plan'
import { type TestDatabase, testDatabase } from '@/tests/support/test-db'

let database: TestDatabase
beforeEach(async () => {
  database = await testDatabase()
})
afterEach(() => database.close())

const who = { id: 'u1', email: 'alice@example.org', from: '192.0.2.1' }
const yaml = 'master_servers:\n  - host: 192.0.2.10\nworker_servers:\n  - host: 192.0.2.11\n'
const topology = (() => {
  const parsed = parseTopology(yaml)
  if (!parsed.topology) throw new Error(JSON.stringify(parsed.problems))
  return parsed.topology
})()

type Given = {
  operation?: Plan['operation']
  revision?: number
  problems?: Problem[]
  destructive?: boolean
  ageMin?: number
  cluster?: string
  input?: Record<string, unknown>
}

/** A plan that is ready, as prepare-plan leaves it. */
const aPlan = async (given: Given = {}): Promise<string> => {
  const { operation = 'deploy', revision = 0, problems = [], destructive = false, ageMin = 0, cluster = 'dm1', input = {} } = given
  const id = await openPlan(database.db, { clusterName: cluster, operation, input, askedBy: who.email, askedFrom: who.from })
  const plan: Plan = {
    ...{ format: 1, operation, cluster, topologyRevision: revision, deployUser: 'tidb', hosts: {}, phases: [], problems, destructive },
    ...{ impact: { sources: [], masterOutageS: 0 }, tiupCommand: `tiup dm ${operation} ${cluster}` },
  }
  const text = canonical(plan)
  const hash = createHash('sha256').update(text).digest('hex')
  const factsAt = new Date(Date.now() - ageMin * 60_000).toISOString()
  const creates =
    operation === 'deploy' ? { creates: { topology, yaml, version: 'v8.5.0', deployUser: 'tidb', credentialId: 'key:dm1' } } : {}
  await readyPlan(database.db, id, { text, hash, revision, forecast: { steps: {}, factsAt, ...creates }, problems })
  return id
}
const aCluster = (name = 'dm1') =>
  createCluster(database.db, {
    name,
    lifecycle: 'deploying',
    version: 'v8.5.0',
    deployUser: 'tidb',
    credentialId: 'k',
    topology,
    yaml,
    createdBy: 'a',
  })
const submit = (planId: string, more: { confirm?: string; consent?: string[] } = {}) =>
  submitPlan(database.db, who, { planId, consent: [], ...more })

describe('submit-plan', () => {
  it('writes into the audit why what was waived was waived', async () => {
    const waivers = [
      { code: 'restart.at-once', reason: 'the night of the move' },
      { code: 'preflight.clock', host: '192.0.2.10', reason: 'no NTP yet' },
    ]
    const job = await submit(await aPlan({ input: { waivers } }))
    const record = await database.db.auditRecord.findFirstOrThrow({ where: { jobId: job.id } })
    expect(JSON.parse(record.detail)).toMatchObject({
      reasons: 'restart.at-once: the night of the move; preflight.clock on 192.0.2.10: no NTP yet',
    })
  })

  it('writes job, reservation, cluster and audit intent together', async () => {
    const job = await submit(await aPlan())
    const [cluster, reservation, intents] = await Promise.all([
      database.db.cluster.findUnique({ where: { name: 'dm1' }, include: { revisions: true } }),
      database.db.reservation.findUnique({ where: { clusterName: 'dm1' } }),
      database.db.auditRecord.findMany(),
    ])
    expect(cluster).toMatchObject({ lifecycle: 'deploying', revision: 1, revisions: [{ yaml }] })
    expect(reservation?.jobId).toBe(job.id)
    expect(intents).toMatchObject([{ phase: 'intent', what: 'deploy', jobId: job.id, command: 'tiup dm deploy dm1', actor: who.email }])
  })

  it('starts a plan once, however often and fast it is asked for', async () => {
    const plan = await aPlan()
    const ends = await Promise.allSettled(Array.from({ length: 8 }, () => submit(plan)))
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await database.db.job.count()).toBe(1)
    expect(await database.db.auditRecord.count({ where: { jobId: { not: null } } })).toBe(1)
  })

  it('names the job that holds the cluster', async () => {
    await aCluster()
    const first = await submit(await aPlan({ operation: 'start', revision: 1 }))
    const second = submit(await aPlan({ operation: 'stop', revision: 1 }))
    await expect(second).rejects.toMatchObject({
      code: 'usecases.cluster-busy',
      status: 409,
      params: { job: first.id, operation: 'start' },
    })
  })

  it('refuses what was not reviewed as it is now', async () => {
    const warning: Problem = { code: 'a.warning', severity: 'warning', params: {} }
    await aCluster('old')
    const refused = async (code: string, given: Given, more: { confirm?: string; consent?: string[] } = {}) =>
      expect(submit(await aPlan(given), more)).rejects.toMatchObject({ code: `usecases.${code}` })
    await refused('plan-stale', { operation: 'start', revision: 7, cluster: 'old' })
    await refused('plan-stale', { cluster: 'old' })
    await refused('consent-missing', { problems: [warning] })
    await refused('plan-has-errors', { problems: [{ ...warning, severity: 'error' }] }, { consent: ['a.warning'] })
    await refused('name-mismatch', { destructive: true }, { confirm: 'dm2' })
    await refused('facts-too-old', { ageMin: 11 })
    const altered = await aPlan()
    await database.db.plan.update({ where: { id: altered }, data: { document: '{"hosts":{},"phases":[],"problems":[]}' } })
    await expect(submit(altered)).rejects.toMatchObject({ code: 'usecases.plan-altered' })
    expect(await database.db.job.count()).toBe(0)
    expect(await database.db.auditRecord.count({ where: { phase: 'intent' } })).toBe(7)
    await submit(await aPlan({ problems: [warning], destructive: true }), { consent: ['a.warning'], confirm: 'dm1' })
  })
})

describe('steering a job', () => {
  it('records who cancelled, and refuses an answer to no question', async () => {
    const { id } = await submit(await aPlan())
    await cancelJob(database.db, who, id)
    expect(await database.db.job.findUnique({ where: { id } })).toMatchObject({ cancelBy: who.email })
    const answer = answerQuestion(database.db, who, id, { question: 'q', choice: 'retry', reason: '' })
    await expect(answer).rejects.toMatchObject({ code: 'usecases.question-closed' })
    const skip = answerQuestion(database.db, who, id, { question: 'q', choice: 'skip', reason: ' ' })
    await expect(skip).rejects.toMatchObject({ code: 'usecases.reason-missing' })
    const records = await database.db.auditRecord.findMany({ where: { what: { in: ['cancel', 'answer'] } }, orderBy: { at: 'asc' } })
    expect(records.map(({ what, phase, result }) => [what, phase, result])).toEqual([
      ['cancel', 'intent', ''],
      ['cancel', 'outcome', 'done'],
      ['answer', 'intent', ''],
      ['answer', 'outcome', 'refused: usecases.question-closed'],
    ])
  })
})
