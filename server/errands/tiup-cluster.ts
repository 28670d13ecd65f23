import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import type { Problem } from '@/server/domain/problem'
import { readTiupAudit, type TiupDeed } from '@/server/domain/tiup-audit'
import { type Meta, readMeta, writeTopology } from '@/server/domain/topology/meta'
import { type KeptFiles, namedPaths } from '@/server/domain/topology/own-files'
import type { Topology } from '@/server/domain/topology/topology'
import { type TypedSecret, takeTypedSecrets, withSecretMarks } from '@/server/domain/topology/typed-secrets'
import { publicKeyOf } from '@/server/remote/generate-key'
import { keepSecret, sealedOf } from '@/server/store/credentials'
import type { Db, Tx } from '@/server/store/database'
import { keepFiles } from '@/server/usecases/keep-files'
import type { PublicHalf } from '@/server/usecases/public-key-of'
import type { ErrandRun } from './errand-run'
import type { TiupSource } from './tiup-source'

export type ReadCluster = { meta?: Meta; metaSha256: string; key: string | undefined; problems: Problem[] }

/** A cluster of a storage; undefined when it has none of that name. */
export const readTiupCluster = async (source: TiupSource, name: string): Promise<ReadCluster | undefined> => {
  const found = (await source.names()).includes(name) ? await source.read(name) : undefined
  if (!found) return undefined
  return { ...readMeta(found.meta), metaSha256: createHash('sha256').update(found.meta).digest('hex'), key: found.key }
}

/** What a meta.yaml says, as the books keep it: secrets apart, marks in their places. */
export type TakenMeta = { topology: Topology; yaml: string; secrets: TypedSecret[] }

export const takenMeta = (meta: Meta, secretsOf: string): TakenMeta => {
  const { masked, secrets } = takeTypedSecrets(writeTopology(meta.topology), secretsOf)
  return { topology: withSecretMarks(meta.topology, secretsOf).topology, yaml: masked, secrets }
}

const plainOf = z.looseObject({ plain: z.string().optional(), password: z.string().optional() })

/** Names of those that the panel does not have, or has otherwise. */
export const changedSecrets = async (run: ErrandRun, secrets: readonly TypedSecret[]): Promise<TypedSecret[]> => {
  const changed: TypedSecret[] = []
  for (const one of secrets) {
    const sealed = await sealedOf(run.db, one.id)
    const kept = sealed === undefined ? undefined : plainOf.parse(JSON.parse(run.secrets.openSealed(sealed, one.id)))
    if ((kept?.plain ?? kept?.password) !== one.value) changed.push(one)
  }
  return changed
}

export const keepSecrets = async (
  run: ErrandRun,
  db: Db | Tx,
  { secrets, by }: { secrets: readonly TypedSecret[]; by: string },
): Promise<void> => {
  for (const { id, path, value, rendered } of secrets) {
    const sealed = run.secrets.sealAtRest(JSON.stringify({ password: rendered, plain: value }), id)
    await keepSecret(db, { id, name: path, sealed, createdBy: by })
  }
}

/** The key and its public half. Throws key-unreadable. */
export const demandKey = (name: string, key: string | undefined): { key: string; half: PublicHalf } => {
  const half = key === undefined ? undefined : publicKeyOf(key)
  if (key === undefined || !half || 'unreadable' in half) throw new AppError('errands.key-unreadable', 422, { params: { name } })
  return { key, half }
}

/** TiUP's own history of the cluster, oldest first. */
export const tiupHistory = async (source: TiupSource, name: string): Promise<TiupDeed[]> =>
  (await source.history(name)).flatMap((file) => readTiupAudit(file, name) ?? []).toSorted((a, b) => a.at.localeCompare(b.at))

/** The user's own files that the topology names, where the source has them; those that can't be used are left for edit-config. */
export const ownFilesFrom = async (
  run: ErrandRun,
  source: TiupSource,
  at: { topology: Topology; cluster: string; by: string },
): Promise<KeptFiles> => {
  const files = await source.ownFiles(namedPaths(at.topology, []))
  if (Object.keys(files).length === 0) return {}
  try {
    return await keepFiles(run.db, { ...at, yaml: writeTopology(at.topology), files })
  } catch (error) {
    if (error instanceof AppError) return {} // said by the plan that manages the cluster
    throw error
  }
}
