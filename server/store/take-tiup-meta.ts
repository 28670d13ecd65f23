import { randomUUID } from 'node:crypto'
import type { InstanceId } from '@/server/domain/instance'
import type { TiupDeed } from '@/server/domain/tiup-audit'
import type { TiupLink } from '@/server/domain/tiup-link'
import { instancesOf } from '@/server/domain/topology/instances'
import type { KeptFiles } from '@/server/domain/topology/own-files'
import type { Topology } from '@/server/domain/topology/topology'
import { holdingJob } from './clusters'
import type { Db, Tx } from './database'
import type { SavedRevision } from './revisions'
import { keepTiupDeeds, keepTiupLink } from './tiup-links'
import { keepUnapplied } from './unapplied'

export type TakenRevision = {
  cluster: string
  /** The revision that it was compared with. */
  base: number
  version: string
  deployUser: string
  topology: Topology
  yaml: string
  files: KeptFiles
  kind: 'tiup' | 'meta-restore'
  reason: string
  by: string
  /** Instances that will not run it yet, each with the revision that it runs. */
  lagging: Readonly<Record<InstanceId, number>>
  link?: TiupLink
  deeds: readonly TiupDeed[]
  /** The cluster's key is another one from now on. */
  credential?: { id: string; sealed: string; publicKey: string; fingerprint: string }
  also: (tx: Tx) => Promise<void>
  at: Date
}

/** Another meta.yaml's word as the newest revision. Not while a job works by the present one. */
export const takeTiupMeta = (db: Db, taken: TakenRevision): Promise<SavedRevision> =>
  db.$transaction(async (tx): Promise<SavedRevision> => {
    const { cluster, base, version, deployUser, topology, yaml, files, kind, reason, by, at } = taken
    const busy = await holdingJob(tx, cluster)
    if (busy) return { busy }
    const next = base + 1
    const moved = await tx.cluster.updateMany({
      where: { name: cluster, revision: base },
      data: { revision: next, version, deployUser },
    })
    if (moved.count === 0) {
      return { stale: (await tx.cluster.findUniqueOrThrow({ where: { name: cluster }, select: { revision: true } })).revision }
    }
    const texts = { topology: JSON.stringify(topology), yaml, files: JSON.stringify(files) }
    await tx.clusterRevision.create({
      data: { id: randomUUID(), cluster, revision: next, ...texts, kind, reason, createdBy: by, createdAt: at },
    })
    if (taken.credential) {
      const { id, sealed, publicKey, fingerprint } = taken.credential
      await tx.credential.update({ where: { id }, data: { sealed, publicKey, fingerprint, username: deployUser } })
    }
    await taken.also(tx)
    if (taken.link) await keepTiupLink(tx, cluster, taken.link)
    await keepTiupDeeds(tx, cluster, taken.deeds)
    // What an instance had that is gone is nobody's to go back to; the others keep their ledger.
    const here = instancesOf(topology).map(({ id }) => id)
    await tx.ledger.updateMany({
      where: { cluster, instance: { notIn: here }, supersededAt: null },
      data: { supersededAt: at, leftJobId: '' },
    })
    await keepUnapplied(tx, cluster, taken.lagging, at)
    await tx.clusterStatus.deleteMany({ where: { cluster } })
    return { saved: next }
  })
