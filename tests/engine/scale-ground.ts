// A cluster of simulated hosts with bare ones beside it, and scale plans on it as prepare-plan makes them.
import { foldJournal } from '@/server/domain/fold-journal'
import { deedsOf } from '@/server/domain/job'
import type { Plan } from '@/server/domain/plan'
import { parseAddition } from '@/server/domain/topology/addition'
import { entriesAs, entryIds, joinEntries } from '@/server/domain/topology/entries'
import type { Topology } from '@/server/domain/topology/topology'
import type { OperationInput } from '@/server/operations/input'
import { growthOf } from '@/server/operations/scale-out-problems'
import { SimWorld } from '@/server/sim/world'
import { type ClusterWithTopology, createCluster, findCluster } from '@/server/store/clusters'
import type { Db } from '@/server/store/database'
import { readJournal } from '@/server/store/journal'
import { later, topologyOf } from '@/tests/plans/world'
import { SimTransport } from '@/tests/support/sim-transport'
import { dmctl, forgetCluster, type Ground, newGround, perform, planNow } from './sim-plans'

const rootLogin = { user: 'root', credentialId: 'root', sudo: 'root' } as const

/** 3 masters, 2 workers, a Prometheus on three hosts; 10.0.0.4 and 10.0.0.5 are bare. */
export const baseYaml = `# ours
global: {user: tidb, deploy_dir: /dm/deploy, data_dir: /dm/data}
monitored: {}
master_servers:
  - host: 10.0.0.1 # rack 1
  - host: 10.0.0.2
  - host: 10.0.0.3
worker_servers:
  - host: 10.0.0.2
  - host: 10.0.0.3
monitoring_servers:
  - host: 10.0.0.1
`
export const base = topologyOf(baseYaml)

/** The cluster deployed and running, mysql-01 bound to one of its workers; `deployed`: plan and deeds of its deploy. */
export const runningGround = async (
  db: Db,
  topology: Topology = base,
): Promise<{ ground: Ground; deployed: NonNullable<OperationInput['deeds']>[number] }> => {
  const bare = newGround(db, topology)
  const world = SimWorld.fresh(
    Array.from({ length: 5 }, (_, i) => `10.0.0.${i + 1}`),
    { now: bare.clock.now },
  )
  const ground: Ground = { ...bare, world, transport: new SimTransport(world) }
  const { end, plan, entries } = await perform(ground, await planNow(ground, 'deploy'))
  const started = await perform(ground, await planNow(ground, 'start'))
  if (end !== 'succeeded' || started.end !== 'succeeded') throw new Error(`${end}, ${started.end}`)
  const [dm] = world.dm.clusters
  if (!dm || world.dm.schedule.addSource(dm, { id: 'mysql-01', config: '', relay: false }) !== '') throw new Error('no source')
  world.dm.settle()
  return { ground, deployed: { plan, made: deedsOf(foldJournal(plan, entries)) } }
}

/** The books as after that deploy. */
export const freshBooks = async (db: Db, topology: Topology = base, yaml = baseYaml): Promise<void> => {
  await forgetCluster(db)
  const rest = { lifecycle: 'deploying' as const, version: 'v8.5.0', deployUser: 'tidb', credentialId: 'deploy' }
  await createCluster(db, { name: 'dm1', topology, yaml, createdBy: 'ann', ...rest })
}

export const books = async (db: Db): Promise<ClusterWithTopology> => {
  const cluster = await findCluster(db, 'dm1')
  if (!cluster) throw new Error('no cluster in the books')
  return cluster
}

/** scale-out of a text of new nodes, of what the books have now. */
export const planScaleOut = async (ground: Ground, yaml: string, more: Partial<OperationInput> = {}): Promise<Plan> => {
  const { topology: cluster, revision } = await books(ground.db)
  const { addition, problems } = parseAddition(yaml, cluster)
  if (!addition) throw new Error(JSON.stringify(problems))
  const added = entriesAs(addition.added, 'joining')
  const topology = joinEntries(cluster, added)
  const joining = { ids: entryIds(added), yaml, prefer: [] }
  const { newHosts } = growthOf(topology, { hosts: {} }, { ...later(topology), joining })
  const given = newHosts.length > 0 ? { given: rootLogin } : {}
  return planNow({ ...ground, topology }, 'scale-out', { ...given, givenHosts: newHosts, joining, revision, ...more })
}

export const planScaleIn = async (ground: Ground, nodes: readonly string[], more: Partial<OperationInput> = {}): Promise<Plan> => {
  const { topology, revision } = await books(ground.db)
  return planNow({ ...ground, topology }, 'scale-in', { nodes, dmctl, givenHosts: [], revision, ...more })
}

export const deedsOfJob = async (
  ground: Ground,
  job: { plan: Plan; jobId: string },
): Promise<NonNullable<OperationInput['deeds']>[number]> => ({
  plan: job.plan,
  made: deedsOf(foldJournal(job.plan, await readJournal(ground.db, job.jobId, 0))),
})

export const members = (ground: Ground): { masters: string[]; workers: string[]; leader: string } => {
  const [dm] = ground.world.dm.clusters
  ground.world.dm.settle()
  return {
    masters: (dm?.members ?? []).map(({ name }) => name),
    workers: (dm?.workers ?? []).map(({ name }) => name),
    leader: dm?.leader ?? '',
  }
}
