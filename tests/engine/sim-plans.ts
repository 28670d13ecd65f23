// Real plans on simulated hosts: probed, planned and run as the product does it, without a network.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { type ClusterFacts, type HostFacts, type MembersFact, noClusterFacts } from '@/server/domain/facts'
import { foldJournal } from '@/server/domain/fold-journal'
import { deedsOf } from '@/server/domain/job'
import type { Entry } from '@/server/domain/journal'
import type { PackageInfo } from '@/server/domain/package'
import type { Login, OperationName, Plan } from '@/server/domain/plan'
import type { ClusterProbe } from '@/server/domain/probe'
import { hostsOf, instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { askMembers } from '@/server/engine/ask-cluster'
import { type BlobPart, type Clock, type Engine, engineDefaults } from '@/server/engine/engine'
import { type JobEnd, runJob } from '@/server/engine/run-job'
import { keepExport } from '@/server/errands/keep-export'
import { pullStore } from '@/server/errands/kept-files'
import type { OperationFacts, OperationInput } from '@/server/operations/input'
import { operations } from '@/server/operations/operation-map'
import { askHost, parseHost } from '@/server/probes/batch'
import { parseLeaderCount, parseVersion } from '@/server/probes/cluster-answers'
import type { HttpRequest, Transport } from '@/server/remote/transport'
import { runnerKey } from '@/server/runner-key'
import { SimWorld } from '@/server/sim/world'
import { createCluster, findCluster } from '@/server/store/clusters'
import { sealedOf } from '@/server/store/credentials'
import type { Db } from '@/server/store/database'
import { claimJob, createJob } from '@/server/store/jobs'
import { readJournal } from '@/server/store/journal'
import { inputFor, packages as samplePackages, topologyOf } from '@/tests/plans/world'
import { SimTransport } from '@/tests/support/sim-transport'

/** 3 masters, 2 workers, a Prometheus, on three hosts; no exporters. */
export const threeHosts = topologyOf(`global: {user: tidb, deploy_dir: /dm/deploy, data_dir: /dm/data}
master_servers: [{host: 10.0.0.1}, {host: 10.0.0.2}, {host: 10.0.0.3}]
worker_servers: [{host: 10.0.0.2}, {host: 10.0.0.3}]
monitoring_servers: [{host: 10.0.0.1}]
`)

const runner = { machine: 'm1', bootId: 'b', pid: 1, startTime: '1' }
const rootLogin: Login = { user: 'root', credentialId: 'root', sudo: 'root' }
const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** Packages of a few bytes; a simulated host takes the program in them for granted. */
const archives = new Map<PackageInfo['component'], Buffer>(
  samplePackages.map((one) => [one.component, Buffer.from(`archive of ${one.component}\n`.repeat(20))]),
)
const archiveOf = (component: PackageInfo['component']): Buffer => archives.get(component) ?? Buffer.alloc(0)
export const packages: PackageInfo[] = samplePackages.map((one) => {
  const bytes = archiveOf(one.component)
  return { ...one, sha256: hashOf(bytes), sizeBytes: bytes.length }
})
const dmctlBytes = Buffer.from('archive of dmctl\n'.repeat(20))
export const dmctl: PackageInfo = {
  ...{ sha256: hashOf(dmctlBytes), component: 'dmctl', version: 'v8.5.0', os: 'linux', arch: 'amd64', sizeBytes: dmctlBytes.length },
  ...{ entry: 'dmctl/dmctl', entrySha256: 'e'.repeat(64), origin: { from: 'mirror', detail: '' }, texts: {} },
}
const hotfixBytes = (component: string): Buffer => Buffer.from(`archive of a hotfix of ${component}\n`.repeat(20))
/** Hotfixes of both programs of DM, built on the packages. */
export const hotfixes: PackageInfo[] = packages.slice(0, 2).map((one) => {
  const bytes = hotfixBytes(one.component)
  const hotfix = { baseSha256: one.sha256, uploadName: 'dm-linux-amd64.tar.gz', uploadSha256: '0'.repeat(64), ticket: 'DM-1', notes: '' }
  const entrySha256 = hashOf(Buffer.from(`program of ${hashOf(bytes)}`))
  return { ...one, sha256: hashOf(bytes), sizeBytes: bytes.length, entrySha256, origin: { from: 'hotfix', detail: '' }, hotfix }
})
const nextBytes = (component: string): Buffer => Buffer.from(`archive of the next ${component}\n`.repeat(20))
/** The release after the one that is deployed. */
export const nextPackages: PackageInfo[] = packages
  .filter(({ version }) => version === 'v8.5.0')
  .map((one) => {
    const bytes = nextBytes(one.component)
    const entrySha256 = hashOf(Buffer.from(`program of ${hashOf(bytes)}`))
    return { ...one, version: 'v8.5.1', sha256: hashOf(bytes), sizeBytes: bytes.length, entrySha256 }
  })
const archiveBytes = (sha256: string): Buffer | undefined => {
  const next = nextPackages.find((one) => one.sha256 === sha256)
  if (next) return nextBytes(next.component)
  if (sha256 === dmctl.sha256) return dmctlBytes
  const hotfix = hotfixes.find((one) => one.sha256 === sha256)
  if (hotfix) return hotfixBytes(hotfix.component)
  const found = packages.find((one) => one.sha256 === sha256)
  return found && archiveOf(found.component)
}

/** Time that passes only when somebody sleeps. */
export const virtualClock = (): Clock => {
  let nowMs = Date.UTC(2026, 10, 1)
  return {
    now: () => nowMs,
    async sleep(ms) {
      await new Promise((resolve) => setImmediate(resolve))
      nowMs += ms
    },
  }
}

/** Where plans are made and run, whatever the hosts are. */
export type Site = { db: Db; transport: Transport; clock: Clock; blobs: Map<string, readonly BlobPart[]>; topology: Topology }
/** A site of simulated hosts in this process. */
export type Ground = Site & { world: SimWorld; transport: SimTransport }

export const newGround = (db: Db, topology: Topology): Ground => {
  const clock = virtualClock()
  const world = SimWorld.fresh(
    hostsOf(topology).map(({ hostId }) => hostId),
    { now: clock.now },
  )
  return { db, world, transport: new SimTransport(world), clock, blobs: new Map(), topology }
}

/** Everything on the hosts that an operator could find, but for logs, clocks and pids. */
export const worldShape = (world: SimWorld): unknown =>
  world.state.machines.map(({ nodes, users, groups, units, address }) => ({
    address,
    users,
    groups,
    nodes,
    units: Object.fromEntries(
      Object.entries(units).map(([name, { loaded, enabled, active, sub }]) => [name, { loaded, enabled, active, sub }]),
    ),
  }))

const factsOf = async (ground: Site, operation: OperationName, input: OperationInput): Promise<OperationFacts> => {
  const needs = operations[operation].needs(ground.topology, input)
  const login = input.given ?? input.deploy
  const at = new Date(ground.clock.now()).toISOString()
  const ports = new Map(hostsOf(ground.topology).map(({ hostId, sshPort }) => [hostId, sshPort]))
  const target = (host: string) => ({ host, address: host, port: ports.get(host) ?? 22, login })
  const hosts: Record<string, HostFacts> = {}
  for (const [host, probes] of Object.entries(needs.host)) {
    const ran = await ground.transport.run(target(host), { argv: askHost(probes), as: 'root', deadlineMs: 1000 })
    hosts[host] = { ...parseHost(probes, ran.stdout, at), root: 'yes' }
  }
  if (needs.cluster.length === 0) return { hosts }
  const masters = instancesOf(ground.topology).filter(({ component }) => component === 'dm-master')
  const http = (from: string, request: HttpRequest) => ground.transport.http(target(from), request)
  const members = await askMembers({ http }, masters, Object.keys(hosts))
  const tasks = members.members && needs.cluster.some(({ probe }) => probe === 'tasks') ? await tasksOf(ground, members.members) : {}
  const more = await versionsAndCounts(needs.cluster, (id, path) => {
    const one = instancesOf(ground.topology).find((each) => each.id === id)
    return http(one?.hostId ?? '', { address: one?.host ?? '', port: one?.ports[0] ?? 0, method: 'GET', path, timeoutMs: 1000 })
  })
  const cluster: ClusterFacts = { ...noClusterFacts(at), ...members, ...tasks, ...more }
  return { hosts, cluster }
}

/** What each process says of its version, and how often it has led; of a silent one nothing. */
const versionsAndCounts = async (
  probes: readonly ClusterProbe[],
  get: (id: string, path: string) => Promise<{ body: string }>,
): Promise<Pick<ClusterFacts, 'versions' | 'leaderCounts'>> => {
  const versions: Record<string, string> = {}
  const leaderCounts: Record<string, number> = {}
  for (const probe of probes) {
    if (probe.probe !== 'version' && probe.probe !== 'leader-count') continue
    const body = await get(probe.instance, probe.probe === 'version' ? '/status' : '/metrics').then(
      (answer) => answer.body,
      () => '',
    )
    const count = parseLeaderCount(body)
    if (probe.probe === 'version') versions[probe.instance] = parseVersion(body) ?? ''
    else if (count !== undefined) leaderCounts[probe.instance] = count
  }
  return { versions, leaderCounts }
}

/** As the simulated DM has them; the errand that asks dmctl has tests of its own. */
const tasksOf = (ground: Site, members: MembersFact): Pick<ClusterFacts, 'tasks' | 'sources'> => {
  const [dm] = 'world' in ground && ground.world instanceof SimWorld ? ground.world.dm.clusters : []
  const workerOf = (source: string): string => members.workers.find((one) => one.source === source)?.name ?? ''
  return {
    sources: (dm?.sources ?? []).map(({ id, relay }) => ({ source: id, worker: workerOf(id), relay })),
    tasks: (dm?.tasks ?? []).flatMap(({ name, subtasks }) => subtasks.map((one) => ({ ...one, task: name, worker: workerOf(one.source) }))),
  }
}

/** Plans as prepare-plan does, of what is seen now. Throws when something stands against it. */
export const planNow = async (ground: Site, operation: OperationName, more: Partial<OperationInput> = {}): Promise<Plan> => {
  const { given: _given, ...deployed } = inputFor(ground.topology, { packages, revision: 1 })
  const first = operation === 'deploy' || operation === 'remove-deploy' ? { given: rootLogin, revision: 0 } : {}
  const input: OperationInput = { ...deployed, ...first, ...more }
  const facts = await factsOf(ground, operation, input)
  const { plan, blobs } = operations[operation].plan(ground.topology, facts, input)
  const errors = plan.problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(JSON.stringify(errors))
  for (const blob of blobs) ground.blobs.set(blob.sha256, blob.parts)
  return plan
}

/** remove-deploy of all that a job did. */
export const planRemoval = async (ground: Site, job: { plan: Plan; entries: readonly Entry[] }): Promise<Plan> =>
  planNow(ground, 'remove-deploy', { donePlan: job.plan, made: deedsOf(foldJournal(job.plan, job.entries)) })

let count = 0

/** The plan as a queued job; the cluster comes with the first. */
export const submitPlan = async (ground: Site, plan: Plan): Promise<string> => {
  const { db, topology } = ground
  const { cluster: name, operation } = plan
  if (!(await findCluster(db, name))) {
    const rest = { lifecycle: 'deploying' as const, version: 'v8.5.0', deployUser: plan.deployUser, credentialId: 'deploy', yaml: '' }
    await createCluster(db, { name, topology, createdBy: 'ann', ...rest })
  }
  const planId = `sim-plan-${++count}`
  const row = { state: 'ready', input: '{}', askedBy: 'ann', document: JSON.stringify(plan) }
  await db.plan.create({ data: { id: planId, clusterName: name, operation, ...row } })
  const made = await createJob(db, { planId, clusterName: name, operation, startedBy: 'ann' })
  if (!made.created) throw new Error(made.why)
  return made.id
}

const pushedBytes = Buffer.from('somebody’s own file\n'.repeat(30))
/** A file that somebody has uploaded for hosts. */
export const pushedFile = { id: 'upload-1', name: 'own.conf', sizeBytes: pushedBytes.length, sha256: hashOf(pushedBytes) }

let folder: string | undefined
/** Where files from hosts are kept in this process. */
export const pulledFolder = (): string => {
  folder ??= mkdtempSync(path.join(tmpdir(), 'dm-panel-files-'))
  return folder
}
process.on('exit', () => folder && rmSync(folder, { recursive: true, force: true }))

/** A stored export, opened as the runner does. */
const archiveIn = async (db: Db, id: string): Promise<string> => {
  const sealed = (await sealedOf(db, id)) ?? ''
  return z.object({ plain: z.string() }).parse(JSON.parse(runnerKey(Buffer.alloc(32, 7)).openSealed(sealed, id))).plain
}

export const engineOn = (ground: Site, more: Partial<Engine> = {}): Engine => ({
  ...engineDefaults,
  db: ground.db,
  transport: ground.transport,
  clock: ground.clock,
  async blobs(sha256) {
    const parts = ground.blobs.get(sha256)
    if (!parts) throw new Error(`no blob ${sha256}`)
    return parts
  },
  secret: (id) => (id.startsWith('export:') ? archiveIn(ground.db, id) : Promise.resolve('s3cret-of-tests')),
  async packages(sha256) {
    const bytes = archiveBytes(sha256)
    if (!bytes) throw new Error(`no package ${sha256}`)
    return { sizeBytes: bytes.length, sha256, open: (offset) => Readable.from([bytes.subarray(offset)]) }
  },
  async pushed() {
    return { ...pushedFile, open: (offset) => Readable.from([pushedBytes.subarray(offset)]) }
  },
  pullPieceBytes: 90_000,
  pulls: pullStore({ db: ground.db, dataFolder: pulledFolder(), now: () => new Date(ground.clock.now()) }),
  keepExport: (kept) =>
    keepExport({ db: ground.db, secrets: runnerKey(Buffer.alloc(32, 7)), now: () => new Date(ground.clock.now()) }, kept),
  panelId: 'p1',
  runner,
  stopping: new AbortController().signal,
  ...more,
})

/** One attempt at the job that is open, by a runner whose predecessor is gone. */
export const attempt = async (ground: Site, plan: Plan, more: Partial<Engine> = {}): Promise<JobEnd> => {
  const claim = await claimJob(ground.db, runner, { nowMs: ground.clock.now(), leaseMs: 45_000, isGone: () => true })
  if (!claim) throw new Error('nothing to claim')
  return runJob(engineOn(ground, more), claim, plan)
}

/** Plans, submits and runs to the end. */
export const perform = async (ground: Site, plan: Plan): Promise<{ end: JobEnd; plan: Plan; entries: Entry[]; jobId: string }> => {
  const jobId = await submitPlan(ground, plan)
  const end = await attempt(ground, plan)
  return { end, plan, jobId, entries: await readJournal(ground.db, jobId, 0) }
}

/** Starts of every unit, as the hosts counted them: a start takes a pid. */
export const startsOf = (world: SimWorld): number => world.state.machines.reduce((sum, { nextPid }) => sum + nextPid - 400, 0)

/** As if the cluster had never been: for the next run on the same database. */
export const forgetCluster = async (db: Db): Promise<void> => {
  await db.reservation.deleteMany()
  await db.job.updateMany({ where: { endedAt: null }, data: { endedAt: new Date(0) } })
  await db.ledger.deleteMany()
  await db.rolePackage.deleteMany()
  await db.unapplied.deleteMany()
  await db.clusterRevision.deleteMany()
  await db.cluster.deleteMany()
}

/** The same hosts once more, as they are now, with the same clock and books. */
export const copyOf = (ground: Ground): Ground => {
  const world = new SimWorld(structuredClone(ground.world.state), { now: ground.clock.now })
  return { ...ground, world, transport: new SimTransport(world) }
}
