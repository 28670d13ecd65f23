import { randomUUID } from 'node:crypto'
import type { InstanceId } from '@/server/domain/instance'
import type { KeptFiles } from '@/server/domain/topology/own-files'
import type { Topology } from '@/server/domain/topology/topology'
import { type HoldingJob, holdingJob } from './clusters'
import type { Db, Tx } from './database'
import { keepUnapplied } from './unapplied'

export type RevisionRow = {
  revision: number
  at: string
  by: string
  /** The operation that wrote it; '' of those from before this was kept. */
  kind: string
  reason: string
  jobId: string | null
}
export type RevisionWithText = RevisionRow & { topology: Topology; yaml: string; files: KeptFiles }

/** A cluster's revisions, the newest first; `after`: only later ones. */
export const listRevisions = async (db: Db | Tx, cluster: string, after = 0): Promise<RevisionRow[]> => {
  const { topology: _large, yaml: _too, files: _these, ...fields } = wanted
  const rows = await db.clusterRevision.findMany({
    where: { cluster, revision: { gt: after } },
    orderBy: { revision: 'desc' },
    select: fields,
  })
  return rows.map(rowOf)
}

const wanted = {
  ...({ revision: true, createdAt: true, createdBy: true, kind: true, reason: true, jobId: true } as const),
  ...({ topology: true, yaml: true, files: true } as const),
}

type Stored = { revision: number; createdAt: Date; createdBy: string; kind: string; reason: string; jobId: string | null }

const rowOf = ({ createdAt, createdBy, ...row }: Stored): RevisionRow => {
  const { revision, kind, reason, jobId } = row
  return { revision, kind, reason, jobId, at: createdAt.toISOString(), by: createdBy }
}

export const findRevision = async (db: Db | Tx, cluster: string, revision: number): Promise<RevisionWithText | undefined> => {
  const row = await db.clusterRevision.findUnique({ where: { cluster_revision: { cluster, revision } }, select: wanted })
  if (!row) return undefined
  return {
    ...rowOf(row),
    topology: JSON.parse(row.topology) as Topology, // written by the stores of clusters and revisions only
    yaml: row.yaml,
    files: JSON.parse(row.files) as KeptFiles, // written by the stores of clusters and revisions only
  }
}

export type NewRevision = {
  cluster: string
  /** The revision that the edit was made from. */
  base: number
  topology: Topology
  yaml: string
  files: KeptFiles
  kind: 'edit-config' | 'revert'
  reason: string
  by: string
  /** Instances that will not run it yet, each with the revision that it runs. */
  lagging: Readonly<Record<InstanceId, number>>
}

export type SavedRevision = { saved: number } | { stale: number } | { busy: HoldingJob }

/** Saves an edit as the newest revision. Not when another one has come between, and not while a job works by the present one. */
export const saveRevision = (db: Db, edit: NewRevision, at: Date): Promise<SavedRevision> =>
  db.$transaction(async (tx): Promise<SavedRevision> => {
    const { cluster, base, topology, yaml, files, kind, reason, by } = edit
    const busy = await holdingJob(tx, cluster)
    if (busy) return { busy }
    // The write goes first, so that of two at once one waits.
    const next = base + 1
    const moved = await tx.cluster.updateMany({ where: { name: cluster, revision: base }, data: { revision: next } })
    if (moved.count === 0) {
      return { stale: (await tx.cluster.findUniqueOrThrow({ where: { name: cluster }, select: { revision: true } })).revision }
    }
    const texts = { topology: JSON.stringify(topology), yaml, files: JSON.stringify(files) }
    await tx.clusterRevision.create({
      data: { id: randomUUID(), cluster, revision: next, ...texts, kind, reason, createdBy: by, createdAt: at },
    })
    await keepUnapplied(tx, cluster, edit.lagging, at)
    return { saved: next }
  })
