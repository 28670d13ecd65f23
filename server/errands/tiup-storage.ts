import { z } from 'zod'
import { adoptSource } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import type { Problem } from '@/server/domain/problem'
import type { TiupLink, TiupPlace } from '@/server/domain/tiup-link'
import { instancesOf } from '@/server/domain/topology/instances'
import { clusterNameProblem } from '@/server/domain/topology/names'
import { createCluster, findCluster } from '@/server/store/clusters'
import { findCredential, keepCredential } from '@/server/store/credentials'
import { keepTiupDeeds, keepTiupLink } from '@/server/store/tiup-links'
import { demandNotFormer } from '@/server/usecases/unknown-cluster'
import type { ErrandRun } from './errand-run'
import { demandKey, keepSecrets, ownFilesFrom, type ReadCluster, readTiupCluster, takenMeta, tiupHistory } from './tiup-cluster'
import type { TiupSource } from './tiup-source'
import { tiupSource } from './tiup-sources'

export type FoundCluster = {
  name: string
  version: string
  user: string
  nodes: number
  patched: number
  hasKey: boolean
  known: boolean
  problems: Problem[]
}

/** Clusters of a TiUP storage: in a folder below the configured root, in an uploaded archive, or on the machine where tiup runs. */
export const scanTiup = async (run: ErrandRun, raw: unknown): Promise<FoundCluster[]> => {
  const source = await tiupSource(run, raw)
  const found: FoundCluster[] = []
  for (const name of (await source.names()).filter((one) => !clusterNameProblem(one))) {
    const read = await readTiupCluster(source, name)
    if (!read) continue
    const instances = read.meta ? instancesOf(read.meta.topology) : []
    found.push({
      ...{ name, version: read.meta?.version ?? '', user: read.meta?.user ?? '', nodes: instances.length },
      ...{ patched: instances.filter(({ patched }) => patched).length, hasKey: read.key !== undefined },
      ...{ known: (await findCluster(run.db, name)) !== undefined, problems: read.problems },
    })
  }
  return found
}

/** Takes clusters into the books with topology, key, patched marks and TiUP's history; nothing on their hosts is touched. */
export const adoptClusters = async (run: ErrandRun, raw: unknown): Promise<{ adopted: string[] }> => {
  const asked = z.object({ names: z.array(z.string()), by: z.string() }).parse(raw)
  const source = await tiupSource(run, raw)
  const adopted: string[] = []
  for (const name of asked.names) {
    await demandNotFormer(run.db, name)
    if (await findCluster(run.db, name)) throw new AppError('usecases.cluster-exists', 409, { params: { name } })
    const read = await readTiupCluster(source, name)
    if (!read?.meta) throw new AppError('errands.meta-unreadable', 422, { params: { name }, problems: read?.problems ?? [] })
    await adoptOne(run, { name, read, meta: read.meta, source, place: placeOf(raw), by: asked.by })
    adopted.push(name)
    await run.progress({ done: adopted.length, total: asked.names.length, at: name })
  }
  await source.done()
  return { adopted }
}

/** Where it can be read again; an archive is gone once it was adopted from. */
const placeOf = (raw: unknown): TiupPlace | undefined => {
  const { path, ssh } = adoptSource.parse(raw)
  return path !== undefined ? { path } : ssh && { ssh }
}

type Adoption = {
  name: string
  read: ReadCluster
  meta: NonNullable<ReadCluster['meta']>
  source: TiupSource
  place: TiupPlace | undefined
  by: string
}

const adoptOne = async (run: ErrandRun, { name, read, meta, source, place, by }: Adoption): Promise<void> => {
  const { key, half } = demandKey(name, read.key)
  const id = `key:${name}`
  const { topology, yaml, secrets } = takenMeta(meta, name)
  const [files, deeds] = [await ownFilesFrom(run, source, { topology, cluster: name, by }), await tiupHistory(source, name)]
  const credential = { id, name: `${name} deploy key`, kind: 'generated-key', username: meta.user, sudo: 'nopasswd' } as const
  const sealed = run.secrets.sealAtRest(JSON.stringify({ privateKey: key }), id)
  const link: TiupLink = { name, metaSha256: read.metaSha256, at: run.now().toISOString(), ...(place && { place }) }
  await run.db.$transaction(async (tx) => {
    if (!(await findCredential(tx, id))) await keepCredential(tx, { ...credential, ...half, sealed, createdBy: by })
    await keepSecrets(run, tx, { secrets, by })
    await createCluster(tx, {
      ...{ name, lifecycle: 'adopted', version: meta.version, deployUser: meta.user, credentialId: id, createdBy: by },
      ...{ topology, yaml, files },
    })
    await keepTiupLink(tx, name, link)
    await keepTiupDeeds(tx, name, deeds)
  })
}
