import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { canonical } from '@/server/domain/audit-chain'
import { exec } from '@/server/operations/exec'
import { listAudit } from '@/server/store/audit'
import { createCluster } from '@/server/store/clusters'
import { openPlan, readyPlan } from '@/server/store/plans'
import { createToken, createUser } from '@/server/store/users'
import { later, running, three } from '@/tests/plans/world'
import { type TestApi, testApi } from '@/tests/support/test-api'

let panel: TestApi
let admin: string
let operator: { id: string; token: string }
beforeAll(async () => {
  panel = await testApi()
  const rest = { lifecycle: 'deploying' as const, version: 'v8.5.0', deployUser: 'tidb', credentialId: 'k', yaml: '' }
  await createCluster(panel.db, { name: 'dm1', topology: three, createdBy: 'ann', ...rest })
  await panel.db.cluster.update({ where: { name: 'dm1' }, data: { lifecycle: 'deployed' } })
  admin = await panel.token('admin')
  const user = await createUser(panel.db, { name: 'op', email: 'op@example.org', role: 'operator', passwordHash: 'none' })
  operator = { id: user.id, token: await tokenOf(user.id, 'operator') }
}, 60_000)
afterAll(() => panel.close())

const tokenOf = async (userId: string, scope: 'operator' | 'admin') =>
  (await createToken(panel.db, { userId, name: 't', scope, expiresAt: new Date(Date.now() + 3600_000) })).token
const command = "echo 'a b' > /tmp/x"
const ask = async (as: string, sudo: boolean) => {
  const answer = await panel.call('POST', '/api/clusters/dm1/plans', { as, body: { operation: 'exec', input: { command, sudo } } })
  return answer.ok ? answer.status : `${answer.status} ${((await answer.json()) as { code: string }).code}`
}
/** A plan that is ready, as prepare-plan leaves it. */
const ready = async (sudo: boolean): Promise<string> => {
  const id = await openPlan(panel.db, { clusterName: 'dm1', operation: 'exec', input: {}, askedBy: 'ann', askedFrom: '' })
  const input = { ...later(three), revision: 1, exec: { command, sudo, timeoutS: 60, atOnce: 5 } }
  const { plan } = exec.plan(three, running(three), input)
  const text = canonical(plan)
  const hash = createHash('sha256').update(text).digest('hex')
  const forecast = { steps: {}, factsAt: new Date().toISOString() }
  await readyPlan(panel.db, id, { text, hash, revision: 1, forecast, problems: plan.problems })
  return id
}
const submit = async (as: string, plan: string) => {
  const answer = await panel.call('POST', `/api/plans/${plan}/jobs`, { as, body: { consent: ['exec.root'] } })
  const body = (await answer.json()) as { code?: string; id: string }
  return { status: answer.ok ? answer.status : `${answer.status} ${body.code}`, id: body.id }
}
const forbidden = '403 usecases.sudo-forbidden'

it('root is a permission of its own: to plan it, to run another’s plan, to run it again', async () => {
  expect(await ask(operator.token, false)).toBe(202)
  expect(await ask(operator.token, true)).toBe(forbidden)
  expect(await ask(await panel.token('viewer'), false)).toBe('403 platform.role-too-low')
  expect(await ask(admin, true)).toBe(202)

  const reviewed = await ready(true)
  expect((await submit(operator.token, reviewed)).status).toBe(forbidden)
  const job = await submit(admin, reviewed)
  expect(job.status).toBe(202)
  const again = { question: 'q', choice: 'retry', reason: '' }
  const answered = await panel.call('POST', `/api/jobs/${job.id}/answer`, { as: operator.token, body: again })
  expect([answered.status, await answered.text()]).toEqual([403, expect.stringContaining('usecases.sudo-forbidden')])

  await panel.call('PATCH', `/api/users/${operator.id}`, { as: admin, body: { maySudo: true } })
  expect(await ask(operator.token, true)).toBe(202)
  const seen = await panel.call('GET', '/api/session', { as: operator.token })
  expect(await seen.json()).toMatchObject({ user: { role: 'operator', maySudo: true } })
})

it('an administrator’s token of a lower scope has it no more than its scope', async () => {
  const boss = await createUser(panel.db, { name: 'boss', email: 'boss@example.org', role: 'admin', passwordHash: 'none' })
  expect(await ask(await tokenOf(boss.id, 'operator'), true)).toBe(forbidden)
  expect(await ask(await tokenOf(boss.id, 'admin'), true)).toBe(202)
})

it('the whole text is in the audit, refused or not; jobs of exec hold no cluster', async () => {
  const records = await listAudit(panel.db, { cluster: 'dm1' }, { limit: 100 })
  const line = `--command 'echo '\\''a b'\\'' > /tmp/x'`
  expect(records.filter((one) => one.command.includes(line) && one.result === `refused: ${forbidden.slice(4)}`).length).toBeGreaterThan(1)
  const [first, second] = [await submit(admin, await ready(false)), await submit(operator.token, await ready(false))]
  expect([first.status, second.status]).toEqual([202, 202])
  expect(await panel.db.reservation.count()).toBe(0)
  const intent = await panel.db.auditRecord.findFirstOrThrow({ where: { jobId: second.id, phase: 'intent' } })
  expect(intent).toMatchObject({ what: 'exec', actor: 'op@example.org', command: `tiup dm exec dm1 ${line}` })
})

it('results are of jobs of exec only', async () => {
  const { id } = await submit(admin, await ready(false))
  const results = await panel.call('GET', `/api/jobs/${id}/results`, { as: admin })
  expect(await results.json()).toMatchObject([{ hosts: expect.any(Array), result: { state: 'pending', exitCode: null } }])
  const text = await panel.call('GET', `/api/jobs/${id}/results?format=text`, { as: admin })
  expect(await text.text()).toContain(`# command: ${command}`)
  await panel.db.job.update({ where: { id }, data: { operation: 'start' } })
  expect((await panel.call('GET', `/api/jobs/${id}/results`, { as: admin })).status).toBe(404)
})
