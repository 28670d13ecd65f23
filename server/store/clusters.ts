import { randomUUID } from 'node:crypto'
import type { ClusterStatus } from '@/server/domain/display'
import { type JumpInput, type SshClient, sshClients } from '@/server/domain/ssh-client'
import type { FormerKey, KeyFile } from '@/server/domain/step'
import type { KeptFiles } from '@/server/domain/topology/own-files'
import type { Topology } from '@/server/domain/topology/topology'
import type { Db, Tx } from './database'

export type ClusterRecord = {
  name: string
  lifecycle: 'deploying' | 'deployed' | 'adopted'
  version: string
  deployUser: string
  revision: number
  runState: string
  credentialId: string
  /** The name under which its secrets are stored: its own, or the first that it had. */
  secretsOf: string
  adopted: boolean
  connectTimeoutS: number | null
  waitTimeoutS: number | null
  /** Hosts at once; null: 5. */
  concurrency: number | null
  /** The cluster's own choice. */
  sshClient: SshClient | null
  /** Jump hosts to its hosts. */
  jump: JumpInput | null
  /** What an upgrade put into its masters' key files; null: nothing that the panel knows. */
  keyFile: KeyFile | null
  /** The login before the last rotation of keys, while hosts still have its key. */
  formerKey: FormerKey | null
  updatedAt: string
}
export type ClusterWithTopology = ClusterRecord & { topology: Topology; yaml: string; files: KeptFiles }

/** A cluster with its newest topology. */
export const findCluster = async (db: Db | Tx, name: string): Promise<ClusterWithTopology | undefined> => {
  const row = await db.cluster.findUnique({ where: { name }, include: { revisions: { orderBy: { revision: 'desc' }, take: 1 } } })
  return row ? withTopology(row) : undefined
}

export const listClusters = async (db: Db): Promise<ClusterWithTopology[]> =>
  (await db.cluster.findMany({ orderBy: { name: 'asc' }, include: { revisions: { orderBy: { revision: 'desc' }, take: 1 } } })).flatMap(
    (row) => withTopology(row) ?? [],
  )

export type NewCluster = {
  name: string
  lifecycle: 'deploying' | 'adopted'
  version: string
  deployUser: string
  credentialId: string
  topology: Topology
  yaml: string
  files?: KeptFiles
  /** Jump hosts to its hosts. */
  jump?: JumpInput
  createdBy: string
}

/** Writes the cluster with revision 1. Fails with a duplicate when the name is taken. */
export const createCluster = async (db: Db | Tx, cluster: NewCluster): Promise<void> => {
  const { name, lifecycle, version, deployUser, credentialId, topology, yaml, files = {}, jump, createdBy } = cluster
  await db.cluster.create({
    data: {
      ...{ name, lifecycle, version, deployUser, credentialId, createdBy, revision: 1, adopted: lifecycle === 'adopted' },
      ...(jump && { jump: JSON.stringify(jump) }),
    },
  })
  await db.clusterRevision.create({
    data: {
      ...{ id: randomUUID(), cluster: name, revision: 1, topology: JSON.stringify(topology), yaml, reason: lifecycle, createdBy },
      kind: lifecycle === 'adopted' ? 'adopt' : 'deploy',
      files: JSON.stringify(files),
    },
  })
}

export type ClusterSettings = Pick<ClusterRecord, 'connectTimeoutS' | 'waitTimeoutS' | 'concurrency' | 'sshClient' | 'jump'>

export const changeSettings = async (db: Db, name: string, { jump, ...change }: Partial<ClusterSettings>): Promise<boolean> => {
  const hops = jump === undefined ? {} : { jump: jump === null ? null : JSON.stringify(jump) }
  return (await db.cluster.updateMany({ where: { name }, data: { ...change, ...hops } })).count === 1
}

export const readStatus = async (db: Db, cluster: string): Promise<ClusterStatus | undefined> => {
  const row = await db.clusterStatus.findUnique({ where: { cluster } })
  return row && row.status !== '' ? (JSON.parse(row.status) as ClusterStatus) : undefined // written by the watcher only
}

export type HoldingJob = { id: string; number: number; operation: string; state: string }

/** The job that holds the cluster, if one does. */
export const holdingJob = async (db: Db | Tx, cluster: string): Promise<HoldingJob | undefined> => {
  const row = await db.reservation.findUnique({
    where: { clusterName: cluster },
    include: { job: { select: { id: true, number: true, operation: true, state: true } } },
  })
  return row?.job
}

type Stored = Awaited<ReturnType<Db['cluster']['findUniqueOrThrow']>> & { revisions: { topology: string; yaml: string; files: string }[] }

const withTopology = (row: Stored): ClusterWithTopology | undefined => {
  const [newest] = row.revisions
  if (!newest) return undefined
  const { name, version, deployUser, revision, runState, credentialId, adopted, connectTimeoutS, waitTimeoutS, concurrency } = row
  return {
    ...{ name, version, deployUser, revision, runState, credentialId, adopted, connectTimeoutS, waitTimeoutS, concurrency },
    sshClient: sshClients.find((one) => one === row.sshClient) ?? null,
    jump: row.jump === null ? null : (JSON.parse(row.jump) as JumpInput), // written by changeSettings only
    keyFile: row.keyFile === null || row.keyFile === 'former' ? row.keyFile : { credentialId: row.keyFile },
    formerKey: row.formerKey === null ? null : (JSON.parse(row.formerKey) as FormerKey), // written by former-keys only
    lifecycle: row.lifecycle as ClusterRecord['lifecycle'], // written by createCluster and the journal's changes only
    secretsOf: row.secretsOf || row.name,
    updatedAt: row.updatedAt.toISOString(),
    topology: JSON.parse(newest.topology) as Topology, // written by createCluster only
    yaml: newest.yaml,
    files: JSON.parse(newest.files) as KeptFiles, // written by createCluster and nextRevision only
  }
}
