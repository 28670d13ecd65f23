import type { HostFacts } from '@/server/domain/facts'
import type { Gate, HealthAnswer, HealthQuestion } from '@/server/domain/health'
import type { HostId } from '@/server/domain/instance'
import type { Lane, Phase } from '@/server/domain/plan'
import type { Step } from '@/server/domain/step'
import { instancesOf } from '@/server/domain/topology/instances'
import { LinkLost } from '@/server/remote/transport'
import { judge, needsOf } from '@/server/steps/judge-health'
import { findCluster } from '@/server/store/clusters'
import { type Asker, askCluster } from './ask-cluster'
import { demandAlive, type JobRun } from './job-run'
import { placeOf } from './place'
import { type Proven, unprovenOf, withProven } from './proven'

/** A gate at the end of a lane, or the wait of one of its steps. */
export type Waiting = { phase: Phase; lane: Lane; gate: Gate; halt: () => boolean; step?: Step }
export type Waited =
  | { end: 'passed' | 'halted' }
  | { end: 'waived'; reason: string; by: string }
  | { end: 'failed'; answers: readonly HealthAnswer[] }

/** At first a gate asks so often, for most hold within a second or two; then as often as the engine says. */
const eager = { pollMs: 250, forMs: 10_000 }

/** Asks again and again until the questions hold without a break, can't hold any more, or their time is over. Holds no channel meanwhile. */
export const runGate = async (run: JobRun, waiting: Waiting): Promise<Waited> => {
  const { lane, gate, halt } = waiting
  const { clock, pollMs } = run.engine
  const began = clock.now()
  const untilMs = began + gate.timeoutMs
  const proven: Proven = new Map()
  let shown = ''
  let holdsSince: number | undefined
  for (;;) {
    demandAlive(run)
    const answers = await askGate(run, lane, gate, proven)
    const told = JSON.stringify(answers)
    if (told !== shown) await tell(run, waiting, { answers, untilMs })
    shown = told
    const now = clock.now()
    holdsSince = answers.every(({ ok }) => ok) ? (holdsSince ?? now) : undefined
    if (holdsSince !== undefined && now - holdsSince >= gate.stableMs) return { end: 'passed' }
    if (answers.some(({ ok, hopeless }) => !ok && hopeless) || now >= untilMs) return { end: 'failed', answers }
    const waiver = run.writer.view.waived[waiting.step?.id ?? lane.id]
    if (waiver) return { end: 'waived', ...waiver }
    if (halt()) return { end: 'halted' }
    await clock.sleep(now - began < eager.forMs ? Math.min(pollMs, eager.pollMs) : pollMs)
  }
}

const tell = async (run: JobRun, { phase, lane, step }: Waiting, said: { answers: readonly HealthAnswer[]; untilMs: number }) =>
  run.writer.append({ kind: step ? 'waiting' : 'gate-waiting', ...said, ...placeOf(phase, lane, step?.id) })

/** How every question of a gate stands now. A host that can't be reached leaves its facts unknown, which no question takes for good. */
const askGate = async (run: JobRun, lane: Lane, gate: Gate, proven: Proven): Promise<HealthAnswer[]> => {
  const [hosts, cluster] = await Promise.all([askHosts(run, lane, gate.questions, proven), askCluster(askerOf(run, lane), gate.questions)])
  return gate.questions.map((question) => judge(question, { hosts, ...(cluster ? { cluster } : {}) }))
}

const askHosts = async (
  run: JobRun,
  lane: Lane,
  questions: readonly HealthQuestion[],
  proven: Proven,
): Promise<Record<HostId, HostFacts>> => {
  const ids = [...new Set(questions.map(({ host }) => host))]
  const facts = await Promise.all(
    ids.map(async (host): Promise<[HostId, HostFacts][]> => {
      const own = questions.filter((question) => question.host === host)
      const needs = own.flatMap((question) => needsOf(question).host)
      const asked = unprovenOf(proven, host, needs)
      try {
        return [[host, withProven(proven, host, await run.hosts.probe(host, lane.login, asked), own)]]
      } catch (error) {
        if (error instanceof LinkLost) return []
        throw error
      }
    }),
  )
  return Object.fromEntries(facts.flat())
}

/** How the lane asks DM: through tunnels from the hosts of its questions. */
export const askerOf = (run: JobRun, lane: Lane): Asker => ({
  now: () => new Date(run.engine.clock.now()).toISOString(),
  masters: async () => {
    const cluster = await findCluster(run.engine.db, run.plan.cluster)
    return cluster ? instancesOf(cluster.topology).filter(({ component }) => component === 'dm-master') : []
  },
  http: (host, request) => run.hosts.http(host, lane.login, request),
})
