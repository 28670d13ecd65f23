import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { canonical } from '@/server/domain/audit-chain'
import { dmctl } from '@/server/operations/dmctl'
import { runnerKey } from '@/server/runner-key'
import { createCluster } from '@/server/store/clusters'
import { sealedOf } from '@/server/store/credentials'
import { sweepDmctlFiles } from '@/server/store/dmctl-files'
import { endJob } from '@/server/store/end-job'
import { openPlan, readyPlan } from '@/server/store/plans'
import { writeSetting } from '@/server/store/settings'
import { later, packages, running, three } from '@/tests/plans/world'
import { type TestApi, testApi } from '@/tests/support/test-api'

const key = runnerKey(Buffer.alloc(32, 5))
const canary = 'canary-of-source-2b7'
const source = `source-id: mysql-01\nfrom: {host: h, port: 3306, user: root, password: "${canary}"}\n# old password ${canary}\n`
let panel: TestApi
let operator: string
let viewer: string
beforeAll(async () => {
  panel = await testApi()
  await writeSetting(panel.db, 'secrets.public-key', key.publicKey)
  const rest = { lifecycle: 'deploying' as const, version: 'v8.5.0', deployUser: 'tidb', credentialId: 'k', yaml: '' }
  await createCluster(panel.db, { name: 'dm1', topology: three, createdBy: 'ann', ...rest })
  await panel.db.cluster.update({ where: { name: 'dm1' }, data: { lifecycle: 'deployed' } })
  operator = await panel.token('operator')
  viewer = await panel.token('viewer')
}, 60_000)
afterAll(() => panel.close())

type Answer = { code?: string; id: string; problems?: { code: string; params: Record<string, string> }[] }
const plan = async (line: string, files: { name: string; text: string }[] = [], as = operator) => {
  const answer = await panel.call('POST', '/api/clusters/dm1/plans', { as, body: { operation: 'dmctl', input: { line, files } } })
  return { status: answer.status, ...((await answer.json()) as Answer) }
}
const ask = async (line: string, as = viewer) => {
  const answer = await panel.call('POST', '/api/clusters/dm1/dmctl', { as, body: { line } })
  return { status: answer.status, ...((await answer.json()) as Answer) }
}
const everyRow = async (): Promise<string> => {
  const tables = await panel.db.$queryRawUnsafe<{ name: string }[]>(`SELECT name FROM sqlite_master WHERE type = 'table'`)
  const rows = await Promise.all(tables.map(({ name }) => panel.db.$queryRawUnsafe(`SELECT * FROM "${name}"`)))
  return JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}
const runOf = async (planId: string): Promise<string> => {
  const { input } = await panel.db.plan.findUniqueOrThrow({ where: { id: planId } })
  return (JSON.parse(input) as { run: string }).run // written by sealDmctl
}

it('a file reaches the runner only: no row, answer or audit record has a piece of it', async () => {
  const made = await plan('operate-source create conf/source1.yml', [{ name: 'source1.yml', text: source }])
  expect(made.status).toBe(202)
  const id = `dmctl:${await runOf(made.id)}`
  const opened = JSON.parse(key.openSealed((await sealedOf(panel.db, id)) ?? '', id)) as { plain: string; masks: string[] }
  expect(opened.masks).toEqual([canary])
  const { gunzipSync } = await import('node:zlib')
  expect(gunzipSync(Buffer.from(opened.plain, 'base64')).toString()).toContain(source)
  const input = await (await panel.call('GET', `/api/plans/${made.id}/input`, { as: operator })).text()
  expect(JSON.parse(input)).toMatchObject({
    line: 'operate-source create source1.yml',
    files: [{ name: 'source1.yml', about: 'mysql-01: root@h:3306' }],
  })
  expect((input + (await everyRow())).includes(canary)).toBe(false)
})

it('what can’t be run is refused in a sentence, and a line with a password is written nowhere', async () => {
  const codes = async (line: string, files: { name: string; text: string }[] = []) =>
    (await plan(line, files)).problems?.map(({ code }) => code)
  expect(await codes('stop-tsk t1')).toEqual(['dmctl.unknown-command'])
  expect(await codes('start-task task.yaml')).toEqual(['dmctl.file-missing'])
  expect(await codes('start-task task.yaml', [{ name: 'task.yaml', text: source }])).toEqual(['dmctl.file-kind'])
  expect(await codes('start-task task.yaml', [{ name: 'task.yaml', text: `name: [${canary}` }])).toEqual(['dmctl.file-yaml'])
  expect(await codes(`binlog replace t1 "set password = '${canary}'"`)).toEqual(['dmctl.password-in-line'])
  expect(await codes(`encrypt ${canary}`)).toEqual(['dmctl.secret-command'])
  expect((await ask(`query-status t1 --password=${canary}`)).problems?.map(({ code }) => code)).toEqual(['dmctl.password-in-line'])
  expect((await ask(`encrypt ${canary}`)).problems?.map(({ code }) => code)).toEqual(['dmctl.secret-command'])
  // Asked for again with what was kept of it: the file is not there any more.
  const made = await plan('operate-source create source1.yml', [{ name: 'source1.yml', text: source }])
  const kept: unknown = await (await panel.call('GET', `/api/plans/${made.id}/input`, { as: operator })).json()
  const again = await panel.call('POST', '/api/clusters/dm1/plans', { as: operator, body: { operation: 'dmctl', input: kept } })
  expect(((await again.json()) as Answer).problems?.map(({ code }) => code)).toEqual(['dmctl.file-missing'])
  expect((await everyRow()).includes(canary)).toBe(false)
})

it('a viewer may look, and change nothing; every line is in the audit and in the history', async () => {
  expect((await ask('query-status')).status).toBe(202)
  expect([(await ask('stop-task t1')).code, (await plan('stop-task t1', [], viewer)).status]).toEqual(['usecases.dmctl-by-plan', 403])
  const view = (await (await panel.call('GET', '/api/clusters/dm1/dmctl', { as: viewer })).json()) as {
    history: { line: string; by: string; result: string | null }[]
  }
  expect(view.history.slice(0, 2)).toMatchObject([
    { line: 'stop-task t1', result: 'refused: usecases.dmctl-by-plan' },
    { line: 'query-status', result: null },
  ])
  expect(view.history[0]?.by).toContain('viewer')
})

it('a job’s files go with its end; those of a line that was never run after a day', async () => {
  const input = { line: 'operate-source create a.yml', run: 'run-9', files: [] }
  const id = await openPlan(panel.db, { clusterName: 'dm1', operation: 'dmctl', input, askedBy: 'ann', askedFrom: '' })
  const secret = { id: 'dmctl:run-9', name: 'x', kind: 'secret', sealed: 'x', createdBy: 'ann' }
  await panel.db.credential.create({ data: secret })
  const typed = { line: input.line, run: 'run-9', version: 'v8.5.0', seconds: 60, files: [{ name: 'a.yml', sizeBytes: 1, about: '' }] }
  const [program] = packages
  if (!program) throw new Error('no package')
  const document = dmctl.plan(three, running(three), {
    ...later(three),
    revision: 1,
    typed,
    dmctl: { ...program, component: 'dmctl' },
  }).plan
  const text = canonical({ ...document, problems: [] })
  const hash = createHash('sha256').update(text).digest('hex')
  await readyPlan(panel.db, id, { text, hash, revision: 1, forecast: { steps: {}, factsAt: new Date().toISOString() }, problems: [] })
  await panel.db.package.create({
    data: {
      ...{ sha256: program.sha256, component: 'dmctl', version: 'v8.5.0', os: 'linux', arch: 'amd64', sizeBytes: 1, entry: 'dmctl' },
      ...{ entrySha256: 'e', origin: 'upload', createdBy: 'ann' },
    },
  })
  const job = await panel.call('POST', `/api/plans/${id}/jobs`, { as: operator, body: { consent: [] } })
  expect(job.status).toBe(202)
  expect(await panel.db.reservation.count()).toBe(0)
  const { id: jobId } = (await job.json()) as Answer
  const tomorrow = new Date(Date.now() + 1000)
  const left = async (): Promise<string[]> =>
    (await panel.db.credential.findMany({ where: { id: { startsWith: 'dmctl:' } } })).map((one) => one.id)
  await sweepDmctlFiles(panel.db, tomorrow)
  expect(await left()).toEqual(['dmctl:run-9'])
  await panel.db.$transaction((tx) => endJob(tx, { id: jobId, clusterName: 'dm1', state: 'failed', reason: '', at: new Date() }))
  expect(await left()).toEqual([])
  const [outcome] = await panel.db.auditRecord.findMany({ where: { jobId, phase: 'outcome' } })
  expect(outcome).toMatchObject({
    what: 'dmctl',
    result: 'failed',
    command: expect.stringContaining('tiup dmctl:v8.5.0 --master-addr 10.0.0.1:8261'),
  })
})
