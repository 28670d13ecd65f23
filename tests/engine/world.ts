import { createHash } from 'node:crypto'
import type { Lane, Phase, Plan } from '@/server/domain/plan'
import type { Step } from '@/server/domain/step'
import { type Engine, engineDefaults } from '@/server/engine/engine'
import { runJob } from '@/server/engine/run-job'
import type { Db } from '@/server/store/database'
import { type Claim, claimJob, createJob } from '@/server/store/jobs'
import { FakeHost, FakeTransport } from '@/tests/support/fake-transport'

export const runnerA = { machine: 'm1', bootId: 'b', pid: 1, startTime: '1' }
export const text = 'name = "x"\n'
export const sha = createHash('sha256').update(text).digest('hex')

const login = { user: 'tidb', credentialId: 'k1', sudo: 'nopasswd' as const }

export type Given = Pick<Phase, 'lanes'> & Partial<Phase>

export const planOf = (hosts: readonly string[], phases: readonly Given[]): Plan => ({
  format: 1,
  operation: 'start',
  cluster: 'c1',
  topologyRevision: 1,
  deployUser: 'tidb',
  hosts: Object.fromEntries(hosts.map((host) => [host, { address: host, sshPort: 22, deploy: login }])),
  phases: phases.map((phase, i) => ({ id: `${i}`, title: { word: 't' }, width: 4, tolerance: 0, ...phase })),
  problems: [],
  impact: { sources: [], masterOutageS: 0 },
  tiupCommand: 'tiup dm start c1',
  destructive: false,
})

export const laneOf = (id: string, host: string, steps: readonly Step[], more: Partial<Lane> = {}): Lane => ({
  id,
  subject: host,
  login: 'deploy',
  steps,
  ...more,
})
export const guard = (id: string, host: string): Step => ({ kind: 'guard', id, host, asks: { guard: 'systemd' } })
export const dir = (id: string, host: string, path: string): Step => ({
  kind: 'directory',
  id,
  host,
  path,
  mode: '0755',
  owner: 'tidb',
  group: 'tidb',
})
export const file = (id: string, host: string, path: string): Step => ({
  ...{ kind: 'file', id, host, path, mode: '0644', owner: 'tidb', group: 'tidb' },
  content: { sha256: sha, sizeBytes: text.length, secret: false },
})
export const running = (id: string, host: string, unit: string, started: 'any' | 'this-turn' = 'any'): Step => ({
  kind: 'unit-running',
  id,
  host,
  unit,
  started,
  logs: ['/log/x.log'],
})
export const evict = (id: string, host: string): Step => ({
  kind: 'leader-not-here',
  id,
  host,
  instance: `${host}:8261`,
  address: host,
  port: 8261,
})
export const cancelEvict = (id: string, host: string): Step => ({ ...evict(id, host), kind: 'evict-cancelled' }) as Step // same fields, other kind
export const unitGate = (host: string, unit: string, timeoutMs = 60) => ({
  questions: [{ ask: 'unit-active' as const, host, unit }],
  timeoutMs,
  stableMs: 0,
})

/** Guards, then directories and files, then a rolling restart of two, then the books. */
export const wholePlan = (): Plan =>
  planOf(
    ['h1', 'h2'],
    [
      { lanes: ['h1', 'h2'].map((h, i) => laneOf(`0.${i}`, h, [guard(`0.${i}/g`, h)])) },
      {
        lanes: ['h1', 'h2'].map((h, i) =>
          laneOf(`1.${i}`, h, [dir(`1.${i}/d`, h, '/d'), file(`1.${i}/f`, h, '/d/f'), dir(`1.${i}/e`, h, '/e')]),
        ),
      },
      { lanes: ['h1', 'h2'].map((h, i) => laneOf(`2.${i}`, h, [running(`2.${i}/start`, h, 'first.service')])) },
      {
        width: 1,
        lanes: ['h1', 'h2'].map((h, i) =>
          laneOf(`3.${i}`, h, [evict(`3.${i}/evict`, h), running(`3.${i}/restart`, h, 'old.service', 'this-turn')], {
            gate: unitGate(h, 'old.service'),
            onLeave: [cancelEvict(`3.${i}/cancel`, h)],
          }),
        ),
      },
      {
        lanes: [
          {
            id: '4.0',
            subject: 'c1',
            login: 'deploy',
            steps: [{ kind: 'recorded', id: '4.0/r', record: { change: 'run-state', to: 'running' } }],
          },
        ],
      },
    ],
  )

export const newWorld = (): FakeTransport => {
  const transport = new FakeTransport(new Map(['h1', 'h2'].map((id) => [id, new FakeHost()])))
  for (const host of transport.hosts.values()) host.start('old.service')
  transport.hooks.http = () => ({ status: 200, headers: {}, body: '{"result":true,"msg":""}' })
  return transport
}

/** What the world looks like, starts counted. */
export const shapeOf = (world: FakeTransport): string =>
  JSON.stringify(
    [...world.hosts].map(([id, host]) => [
      id,
      host.lock,
      [...host.nodes].sort(),
      [...host.units].map(([name, unit]) => [name, unit.running, unit.starts]),
    ]),
  )

export const engineOf = (db: Db, transport: FakeTransport, more: Partial<Engine> = {}): Engine => ({
  ...engineDefaults,
  db,
  transport,
  blobs: () => Promise.resolve([{ text }]),
  secret: () => Promise.resolve('s3cret'),
  packages: () => Promise.reject(new Error('no packages here')),
  panelId: 'p1',
  runner: runnerA,
  stopping: new AbortController().signal,
  pollMs: 5,
  reconnectMs: [1, 1],
  ...more,
})

let count = 0

/** A cluster with a plan and its job, queued. */
export const submit = async (db: Db, plan: Plan): Promise<string> => {
  const planId = `plan-${++count}-${process.pid}`
  await db.cluster.upsert({
    where: { name: 'c1' },
    create: { name: 'c1', lifecycle: 'deployed', version: 'v8', deployUser: 'tidb', revision: 1, credentialId: 'k1', createdBy: 'ann' },
    update: {},
  })
  await db.plan.create({
    data: {
      id: planId,
      clusterName: 'c1',
      operation: plan.operation,
      state: 'ready',
      input: '{}',
      askedBy: 'ann',
      document: JSON.stringify(plan),
    },
  })
  const made = await createJob(db, { planId, clusterName: 'c1', operation: plan.operation, startedBy: 'ann' })
  if (!made.created) throw new Error(made.why)
  return made.id
}

/** Claims as a runner whose predecessor is gone. */
export const claim = async (db: Db): Promise<Claim> => {
  const claimed = await claimJob(db, runnerA, { nowMs: Date.now(), leaseMs: 45_000, isGone: () => true })
  if (!claimed) throw new Error('nothing to claim')
  return claimed
}

export const runOnce = async (engine: Engine, plan: Plan) => runJob(engine, await claim(engine.db), plan)
