import { z } from 'zod'
import { adoptSource } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { changesBetween, type TiupChanges } from '@/server/domain/tiup-changes'
import { placeText, type TiupLink } from '@/server/domain/tiup-link'
import type { Meta } from '@/server/domain/topology/meta'
import type { TypedSecret } from '@/server/domain/topology/typed-secrets'
import { publicKeyOf } from '@/server/remote/generate-key'
import { type ClusterWithTopology, findCluster } from '@/server/store/clusters'
import { findCredential } from '@/server/store/credentials'
import { readTiupLink } from '@/server/store/tiup-links'
import { backupName } from '@/server/usecases/upload-tiup'
import type { ErrandRun } from './errand-run'
import { changedSecrets, type ReadCluster, readTiupCluster, type TakenMeta, takenMeta } from './tiup-cluster'
import type { TiupSource } from './tiup-source'
import { tiupSource } from './tiup-sources'

export type TiupComparison = {
  at: string
  /** Where it was read. */
  from: string
  /** What a take-over must name, so that it takes what was seen. */
  metaSha256: string
  /** The file is another than the one that the books were last taken from: tiup, or somebody, has written it since. */
  written: boolean
  changes: TiupChanges
}

const asked = z.object({ cluster: z.string(), archive: z.uuid().optional() })

/** The books of a cluster against its meta.yaml where tiup keeps it, or against an archive. Changes nothing. */
export const compareTiup = async (run: ErrandRun, raw: unknown): Promise<TiupComparison> => {
  const { cluster, read, link, from, meta, taken } = await openComparison(run, raw)
  return {
    at: run.now().toISOString(),
    ...{ from, metaSha256: read.metaSha256, written: link?.metaSha256 !== read.metaSha256 },
    changes: await changesOf(run, cluster, { read, meta, taken }),
  }
}

export type Comparison = {
  cluster: ClusterWithTopology
  source: TiupSource
  read: ReadCluster
  meta: Meta
  taken: TakenMeta
  link: TiupLink | undefined
  /** Its name there. */
  name: string
  from: string
}

/** Throws cluster-unknown, tiup-unlinked, meta-unreadable, and what the source throws. */
export const openComparison = async (run: ErrandRun, raw: unknown): Promise<Comparison> => {
  const { cluster: name, archive } = asked.parse(raw)
  const cluster = await findCluster(run.db, name)
  if (!cluster) throw new AppError('usecases.cluster-unknown', 404, { params: { name } })
  const link = await readTiupLink(run.db, name)
  if (archive === undefined && !link?.place) throw new AppError('errands.tiup-unlinked', 409, { params: { name } })
  const source = await tiupSource(run, adoptSource.parse(archive === undefined ? link?.place : { archive }))
  const there = link?.name ?? name
  const names = await source.names()
  const called = archive !== undefined && !names.includes(there) && names.includes(backupName) ? backupName : there
  const read = await readTiupCluster(source, called)
  if (!read?.meta) throw new AppError('errands.meta-unreadable', 422, { params: { name: there }, problems: read?.problems ?? [] })
  const from = archive === undefined && link?.place ? placeText(link.place) : 'archive'
  return { cluster, source, read, meta: read.meta, taken: takenMeta(read.meta, cluster.secretsOf), link, name: called, from }
}

const changesOf = async (
  run: ErrandRun,
  cluster: ClusterWithTopology,
  { read, meta, taken }: Pick<Comparison, 'read' | 'meta' | 'taken'>,
): Promise<TiupChanges> => {
  const secrets: TypedSecret[] = await changedSecrets(run, taken.secrets)
  return changesBetween(
    { version: cluster.version, user: cluster.deployUser, topology: cluster.topology },
    { version: meta.version, user: meta.user, topology: taken.topology },
    { secrets: secrets.map(({ path }) => path), key: await isOtherKey(run, cluster, read.key) },
  )
}

/** A key that can't be read is told by the take-over. */
export const isOtherKey = async (run: ErrandRun, { credentialId }: ClusterWithTopology, key: string | undefined): Promise<boolean> => {
  const half = key === undefined ? undefined : publicKeyOf(key)
  if (!half || 'unreadable' in half) return false
  return (await findCredential(run.db, credentialId))?.fingerprint !== half.fingerprint
}
