import { parseArgs } from 'node:util'
import type { PlanView } from '@/server/domain/api'
import type { ApiClient } from '../support/api-client'
import { type Act, nextAct } from './acts'
import { type Chance, chanceOf } from './chance'
import { auditIsSound, comesRight, leavesNothing, makeSources, nothingRuns, traceOf } from './consistent'
import { type Fault, makeFault } from './faults'
import { cluster, type Ground, type JobDetail, openGround } from './ground'

// Random operations with random faults on a simulated cluster of 3 dm-masters and 5 dm-workers: `npm run soak -- [--minutes 60] [--seed N]`.
// After each, whatever came of it, the same operation without a fault must succeed and the cluster be as the panel says.

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' }, seed: { type: 'string' } } })
const seed = Number(values.seed ?? Date.now() % 1_000_000)
const end = Date.now() + Number(values.minutes) * 60_000
const say = (text: string): void => console.log(`${new Date().toISOString().slice(11, 19)} ${text}`)

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const all = { roles: [], nodes: [] }
const tries = 4

type Ran = { outcome: 'refused' | 'succeeded' | 'failed' | 'cancelled'; why: string; job?: JobDetail }

/** Makes the plan and runs its job to the end. `meanwhile` is over before a question is answered. */
const run = async (ground: Ground, act: Act, meanwhile: (job: JobDetail) => Promise<void> = async () => undefined): Promise<Ran> => {
  const { api } = ground
  const plan = await api.plan(cluster, act.operation, act.input)
  const why = refusal(plan)
  if (why !== '') return { outcome: 'refused', why }
  const { id } = await api.run(plan)
  const during = meanwhile(await ground.job(id))
  let answers = 0
  for (;;) {
    const { state } = await api.jobIn(id, ['succeeded', 'failed', 'cancelled', 'waiting'], 600_000)
    await during
    const job = await ground.job(id)
    if (state !== 'waiting') return { outcome: state as Ran['outcome'], why: job.view.reason ?? '', job } // one of its ends
    if (job.view.question) await answer(api, job, answers++)
    else await wait(200)
  }
}

const refusal = ({ state, error, problems }: PlanView): string => {
  const errors = problems.filter(({ severity }) => severity === 'error').map(({ code }) => code)
  return state === 'failed' || errors.length > 0 ? errors.join(' ') || (error ?? 'failed') : ''
}

/** What a DBA would answer when all is well again: go on, try again, and give up in the end. */
const answer = async (api: ApiClient, { id, view: { question } }: JobDetail, before: number): Promise<void> => {
  if (!question) return
  const order = before < tries ? (['continue', 'retry', 'give-up'] as const) : (['continue', 'give-up'] as const)
  const choice = order.find((one) => question.choices.includes(one))
  const told = await api.send('POST', `/api/jobs/${id}/answer`, { question: question.id, choice, reason: 'the soak' })
  if (!told.ok && told.status !== 409) throw new Error(`answer: ${told.status} ${await told.text()}`)
}

/** One act, with a fault half of the time, and sometimes cancelled. */
const round = async (ground: Ground, chance: Chance): Promise<void> => {
  const rows = await ground.rows()
  const upgrades = await ground.api.get<{ version: string; open: unknown }>(`/api/clusters/${cluster}/upgrade`)
  const addresses = ground.sim.hosts.map(({ address }) => address)
  const act = nextAct({ chance, rows, addresses, version: upgrades.version, openUpgrade: upgrades.open !== null, sim: ground.sim })
  const faulty = chance.often(0.5)
  const cancelAfterMs = chance.often(0.15) ? chance.below(8000) : undefined
  const healAfterMs = 1000 + chance.below(10_000)
  const faults: Fault[] = []
  const meanwhile = async ({ id }: JobDetail): Promise<void> => {
    if (cancelAfterMs !== undefined) await wait(cancelAfterMs).then(() => ground.api.send('POST', `/api/jobs/${id}/cancel`, {}))
    if (!faulty) return
    faults.push(await makeFault(ground, chance, rows))
    await wait(healAfterMs)
    for (const fault of faults) await fault.heal()
  }
  const ran = await run(ground, act, meanwhile)
  say(
    `${act.operation} ${JSON.stringify(act.input)}: ${[ran.outcome, ran.why, ...faults.map(({ what }) => what)].filter(Boolean).join(' · ')}`,
  )
  if (ran.outcome === 'failed' || ran.outcome === 'cancelled') await again(ground, act)
  await makeWhole(ground)
}

/** What failed or was cancelled succeeds now that nothing is wrong, or says why it can't. */
const again = async (ground: Ground, act: Act): Promise<void> => {
  const ran = await run(ground, act)
  say(`  again: ${ran.outcome} ${ran.why}`)
  if (ran.outcome === 'failed') throw new Error(`${act.operation} failed also without a fault: ${await logOf(ground, ran)}`)
}

/** Everything runs, and both sides agree. */
const makeWhole = async (ground: Ground): Promise<void> => {
  const { joining, leaving } = await ground.detail()
  const half = [...joining, ...leaving]
  if (half.length > 0) await must(ground, { operation: 'scale-in', input: { nodes: half, credentialId: ground.sim.credentialId } })
  const rows = await ground.rows()
  if (rows.some(({ status }) => !/^(Healthy|Free|Bound|Relay|Up)/.test(status.value)))
    await must(ground, { operation: 'start', input: all })
  await nothingRuns(ground)
  await comesRight(ground)
}

const must = async (ground: Ground, act: Act): Promise<void> => {
  const ran = await run(ground, act)
  if (ran.outcome !== 'succeeded')
    throw new Error(`${act.operation} ${JSON.stringify(act.input)}: ${ran.outcome} ${ran.why}\n${await logOf(ground, ran)}`)
}

const logOf = async ({ api }: Ground, { job }: Ran): Promise<string> => {
  if (!job) return ''
  const log = await (await api.send('GET', `/api/jobs/${job.id}/log`)).text()
  return `${JSON.stringify(job.view.question ?? job.view.reason)}\n${log.slice(-6000)}`
}

const topologyOf = (addresses: readonly string[]): string =>
  [
    ...['global:', '  user: tidb', '  ssh_port: 22022', '  deploy_dir: /home/tidb/dm/deploy', '  data_dir: /home/tidb/dm/data'],
    'master_servers:',
    ...addresses.slice(0, 3).map((host) => `  - host: ${host}`),
    'worker_servers:',
    ...addresses.slice(2, 7).map((host) => `  - host: ${host}\n    config: {keepalive-ttl: 5}`),
    '',
  ].join('\n')

const soak = async (ground: Ground): Promise<number> => {
  const chance = chanceOf(seed)
  const before = traceOf(ground.world())
  const { sim } = ground
  const topology = topologyOf(sim.hosts.map(({ address }) => address))
  await must(ground, { operation: 'deploy', input: { version: sim.version, topology, credentialId: sim.credentialId, waivers: [] } })
  await must(ground, { operation: 'start', input: all })
  await makeSources(ground)
  await comesRight(ground)
  let rounds = 0
  for (; Date.now() < end; rounds++) await round(ground, chance)
  await auditIsSound(ground)
  await leavesNothing(ground, before, (operation, input) => must(ground, { operation, input }))
  await auditIsSound(ground)
  return rounds
}

say(`seed ${seed}, ${values.minutes} minutes`)
const ground = await openGround()
try {
  const rounds = await soak(ground)
  say(`${rounds} operations, and all is consistent (seed ${seed})`)
} catch (error) {
  say(`inconsistent (seed ${seed}): ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  console.log(ground.panel.output().slice(-4000))
  process.exitCode = 1
} finally {
  await ground.close()
}
