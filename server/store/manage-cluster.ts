import { randomUUID } from 'node:crypto'
import type { Change } from '@/server/domain/step'
import { instancesOf } from '@/server/domain/topology/instances'
import { type HoldingJob, holdingJob } from './clusters'
import type { Db, Tx } from './database'
import type { ChangingJob } from './ledger'
import { forgetSecretsOf, removeCluster } from './remove-cluster'
import { demandCluster, nextRevision } from './topology-changes'
import { openUpgrade } from './upgrades'

/** What tiup managed is the panel's; a revision of its own says since when. */
export const manageCluster = async (
  tx: Tx,
  { clusterName: name }: ChangingJob,
  { runState }: Extract<Change, { change: 'cluster-managed' }>,
): Promise<void> => {
  const cluster = await demandCluster(tx, name)
  if (!cluster.adopted) return
  await tx.cluster.update({ where: { name }, data: { adopted: false, lifecycle: 'deployed', runState } })
  const { topology, yaml } = cluster
  await nextRevision(tx, cluster, { topology, yaml, reason: 'managed by the panel' })
}

/** Why a cluster can't be handed back now; undefined: it was. */
export type NotHandedBack = { busy: HoldingJob } | 'adopted' | 'deploying' | 'half-done' | 'upgrade-open'

/** From here on the panel only looks at it, until it is managed again. Its ledger, revisions and keys stay. */
export const handBack = (db: Db, name: string, by: string, at: Date): Promise<NotHandedBack | undefined> =>
  db.$transaction(async (tx) => {
    const busy = await holdingJob(tx, name)
    if (busy) return { busy }
    const cluster = await demandCluster(tx, name)
    const { revision, topology, yaml, files } = cluster
    if (cluster.adopted) return 'adopted'
    if (cluster.lifecycle !== 'deployed') return 'deploying'
    if (instancesOf(topology).some(({ lifecycle }) => lifecycle !== 'active')) return 'half-done'
    if (await openUpgrade(tx, name)) return 'upgrade-open'
    await tx.cluster.update({ where: { name }, data: { adopted: true, lifecycle: 'adopted', revision: revision + 1 } })
    const texts = { topology: JSON.stringify(topology), yaml, files: JSON.stringify(files), reason: 'handed back to tiup' }
    await tx.clusterRevision.create({
      data: { id: randomUUID(), cluster: name, revision: revision + 1, ...texts, kind: 'hand-back', createdBy: by, createdAt: at },
    })
    return undefined
  })

/** Takes an adopted cluster out of the books; its hosts, its jobs and its audit stay as they are. */
export const forgetCluster = (db: Db, name: string, at: Date): Promise<{ busy: HoldingJob } | 'managed' | undefined> =>
  db.$transaction(async (tx) => {
    const busy = await holdingJob(tx, name)
    if (busy) return { busy }
    if (!(await demandCluster(tx, name)).adopted) return 'managed'
    await forgetSecretsOf(tx, name, at, at)
    await removeCluster(tx, name)
    return undefined
  })
