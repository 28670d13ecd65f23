import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ErrandView, JobRow, PlanView } from './domain/api'
import { readEnv } from './env'
import { runMain } from './exit'
import { openDatabase } from './store/database'
import { newSetupToken } from './store/settings'
import { needsSetup } from './store/users'

/**
 * `npm run demo`: makes an administrator, and deploys and starts a cluster on simulated hosts, all through the API like a user would.
 * Done once per data folder; the password is printed then.
 */
const main = async (): Promise<void> => {
  const env = readEnv()
  const url = `http://127.0.0.1:${env.port}`
  await until(async () => (await fetch(`${url}/api/health`).catch(() => null))?.ok === true)
  const db = await openDatabase(env.databaseUrl)
  if (!(await needsSetup(db))) return db.$disconnect()
  const token = await newSetupToken(db)
  await db.$disconnect()
  const password = randomBytes(9).toString('base64url')
  const email = 'demo@example.org'
  const call = await signedIn(url, { token, name: 'Demo', email, password })
  console.log(`Demo: sign in as ${email} with ${password} at ${url}; a cluster is being deployed on simulated hosts.`)
  await call('/api/simulated-hosts', {}).then((errand) => finished(call, errand.id))
  await runPlan(call, 'deploy', { version: 'v8.5.0', topology: demoTopology(env.simulatedFirstAddress), credentialId: 'simulated-hosts' })
  await runPlan(call, 'start', {})
  await replicate(call)
  console.log('Demo: the cluster runs, and a task replicates from two sources.')
}

const sources = ['mysql-01', 'mysql-02']

/** As a user types it into the dmctl console. */
const replicate = async (call: Call): Promise<void> => {
  const dmctl = (line: string, name: string, text: string) => runPlan(call, 'dmctl', { line: `${line} ${name}`, files: [{ name, text }] })
  for (const id of sources)
    await dmctl('operate-source create', `${id}.yaml`, `source-id: ${id}\nfrom: {host: 192.0.2.1, port: 3306, user: root, password: ""}\n`)
  const target = 'target-database: {host: 192.0.2.2, port: 4000, user: root, password: ""}'
  const instances = sources.map((id) => `  - source-id: ${id}`)
  await dmctl('start-task', 'orders.yaml', ['name: orders', 'task-mode: all', target, 'mysql-instances:', ...instances, ''].join('\n'))
}

type Call = <T extends { id: string } = ErrandView>(path: string, body?: unknown) => Promise<T>

const signedIn = async (url: string, admin: Record<string, string>): Promise<Call> => {
  const setup = await send(url, '/api/setup', admin, '')
  const cookie = setup.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  return async (path, body) => (await send(url, path, body, cookie)).json()
}

const send = async (url: string, path: string, body: unknown, cookie: string): Promise<Response> => {
  const answer = await fetch(url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { origin: url, cookie, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return answer
}

const finished = async (call: Call, id: string): Promise<void> => {
  await until(async () => {
    const errand = await call(`/api/errands/${id}`)
    if (errand.state === 'failed') throw new Error(errand.error?.message ?? 'an errand failed')
    return errand.state === 'done'
  })
}

const runPlan = async (call: Call, operation: string, input: unknown): Promise<void> => {
  const asked = await call<PlanView>('/api/clusters/demo/plans', { operation, input })
  let plan = asked
  await until(async () => {
    plan = await call<PlanView>(`/api/plans/${asked.id}`)
    return plan.state !== 'probing'
  })
  if (plan.state !== 'ready') throw new Error(`${operation}: ${plan.error ?? JSON.stringify(plan.problems)}`)
  const job = await call<JobRow>(`/api/plans/${plan.id}/jobs`, { consent: plan.problems.map(({ code }) => code) })
  await until(async () => {
    const { state } = await call<JobRow>(`/api/jobs/${job.id}`)
    if (state === 'failed' || state === 'cancelled') throw new Error(`${operation} ended as ${state}`)
    return state === 'succeeded'
  })
}

const until = async (question: () => Promise<boolean>): Promise<void> => {
  const end = Date.now() + 300_000
  while (!(await question())) {
    if (Date.now() > end) throw new Error('not so within five minutes')
    await sleep(500)
  }
}

/** Three masters, three workers, monitors and exporters on six of the simulated hosts. */
const demoTopology = (first: string): string => {
  const [head, last] = [first.split('.').slice(0, 3).join('.'), Number(first.split('.')[3])]
  const hosts = (from: number, count: number) => Array.from({ length: count }, (_, n) => `  - host: ${head}.${last + from + n}`).join('\n')
  return `global:
  user: tidb
  ssh_port: 22022
  deploy_dir: /home/tidb/dm/deploy
  data_dir: /home/tidb/dm/data
monitored: {}
master_servers:
${hosts(0, 3)}
worker_servers:
${hosts(3, 3)}
monitoring_servers:
${hosts(0, 1)}
grafana_servers:
${hosts(0, 1)}
alertmanager_servers:
${hosts(0, 1)}
`
}

runMain(main, ['EnvInvalid'])
