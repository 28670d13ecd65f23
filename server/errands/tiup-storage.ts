import { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import type { Problem } from '@/server/domain/problem'
import { instancesOf } from '@/server/domain/topology/instances'
import { type Meta, readMeta, writeMeta, writeTopology } from '@/server/domain/topology/meta'
import type { Topology } from '@/server/domain/topology/topology'
import { takeTypedSecrets, withoutSecretMarks, withSecretMarks } from '@/server/domain/topology/typed-secrets'
import { publicKeyOf } from '@/server/remote/generate-key'
import { createCluster, findCluster } from '@/server/store/clusters'
import { findCredential, keepCredential, keepSecret, sealedOf } from '@/server/store/credentials'
import { sealFor } from '@/server/store/secrets-seal'
import { demandNotFormer } from '@/server/usecases/unknown-cluster'
import type { ErrandRun } from './errand-run'
import { type TiupSource, tiupSource } from './tiup-sources'

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
  for (const name of await source.names()) {
    const read = await readCluster(source, name)
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

/** Takes clusters into the books with topology, key and patched marks; nothing on their hosts is touched. */
export const adoptClusters = async (run: ErrandRun, raw: unknown): Promise<{ adopted: string[] }> => {
  const asked = z.object({ names: z.array(z.string()), by: z.string() }).parse(raw)
  const source = await tiupSource(run, raw)
  const adopted: string[] = []
  for (const name of asked.names) {
    await demandNotFormer(run.db, name)
    if (await findCluster(run.db, name)) throw new AppError('usecases.cluster-exists', 409, { params: { name } })
    const read = (await source.names()).includes(name) ? await readCluster(source, name) : undefined
    if (!read?.meta) throw new AppError('errands.meta-unreadable', 422, { params: { name }, problems: read?.problems ?? [] })
    await adoptOne(run, name, { meta: read.meta, key: read.key, by: asked.by })
    adopted.push(name)
    await run.progress({ done: adopted.length, total: asked.names.length, at: name })
  }
  await source.done()
  return { adopted }
}

const adoptOne = async (run: ErrandRun, name: string, from: { meta: Meta; key: string | undefined; by: string }): Promise<void> => {
  const { meta, key, by } = from
  const half = key === undefined ? undefined : publicKeyOf(key)
  if (key === undefined || !half || 'unreadable' in half) throw new AppError('errands.key-unreadable', 422, { params: { name } })
  const id = `key:${name}`
  if (!(await findCredential(run.db, id))) {
    const sealed = run.secrets.sealAtRest(JSON.stringify({ privateKey: key }), id)
    await keepCredential(run.db, {
      id,
      name: `${name} deploy key`,
      kind: 'generated-key',
      username: meta.user,
      sudo: 'nopasswd',
      ...half,
      sealed,
      createdBy: by,
    })
  }
  const { masked, secrets } = takeTypedSecrets(writeTopology(meta.topology), name)
  for (const secret of secrets) {
    const sealed = run.secrets.sealAtRest(JSON.stringify({ password: secret.rendered, plain: secret.value }), secret.id)
    await keepSecret(run.db, { id: secret.id, name: secret.path, sealed, createdBy: by })
  }
  await createCluster(run.db, {
    ...{ name, lifecycle: 'adopted', version: meta.version, deployUser: meta.user, credentialId: id, createdBy: by },
    ...{ topology: withSecretMarks(meta.topology, name).topology, yaml: masked },
  })
}

const readCluster = async (
  source: TiupSource,
  name: string,
): Promise<{ meta?: Meta; key: string | undefined; problems: Problem[] } | undefined> => {
  const found = await source.read(name)
  return found && { ...readMeta(found.meta), key: found.key }
}

/** meta.yaml and key of a cluster, sealed to the one-time public key of the request that asked. */
export const exportForDownload = async (run: ErrandRun, raw: unknown): Promise<{ sealed: string }> => {
  const { cluster: name, publicKey } = z.object({ cluster: z.string(), publicKey: z.string() }).parse(raw)
  const cluster = await findCluster(run.db, name)
  if (!cluster) throw new AppError('usecases.cluster-unknown', 404, { params: { name } })
  const key = await secretText(run, cluster.credentialId, 'privateKey')
  const half = await findCredential(run.db, cluster.credentialId)
  const passwords: string[] = []
  for (const one of instancesOf(cluster.topology).filter(({ component }) => component === 'grafana')) {
    passwords.push((await secretText(run, `grafana:${cluster.secretsOf}:${one.id}`, 'password')) ?? '')
  }
  if (key === undefined) throw new AppError('errands.key-unreadable', 409, { params: { name } })
  const topology = await openTopology(run, cluster.topology)
  const meta = writeMeta({ user: cluster.deployUser, version: cluster.version, topology }, passwords)
  const files = JSON.stringify({ meta, privateKey: key, publicKey: half?.publicKey ?? '' })
  return { sealed: sealFor(Buffer.from(publicKey, 'base64url'), files, 'export-cluster') }
}

/** The topology as the user typed it, with its secrets. */
const openTopology = async (run: ErrandRun, topology: Topology): Promise<Topology> => {
  const texts: Record<string, string> = {}
  withoutSecretMarks(topology, (id) => (texts[id] = ''))
  for (const id of Object.keys(texts)) texts[id] = (await secretText(run, id, 'plain')) ?? ''
  return withoutSecretMarks(topology, (id) => texts[id] ?? '')
}

const secretText = async (run: ErrandRun, id: string, part: 'privateKey' | 'password' | 'plain'): Promise<string | undefined> => {
  const sealed = await sealedOf(run.db, id)
  if (sealed === undefined) return undefined
  return z
    .looseObject({ privateKey: z.string().optional(), password: z.string().optional(), plain: z.string().optional() })
    .parse(JSON.parse(run.secrets.openSealed(sealed, id)))[part]
}
