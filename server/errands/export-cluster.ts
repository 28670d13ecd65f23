import { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import { instancesOf } from '@/server/domain/topology/instances'
import { writeMeta } from '@/server/domain/topology/meta'
import type { Topology } from '@/server/domain/topology/topology'
import { withoutSecretMarks } from '@/server/domain/topology/typed-secrets'
import { configCache } from '@/server/operations/config-cache'
import { findCluster } from '@/server/store/clusters'
import { findCredential, sealedOf } from '@/server/store/credentials'
import { listPackages } from '@/server/store/packages'
import { sealFor } from '@/server/store/secrets-seal'
import { grafanaSecretsOf } from '@/server/usecases/grafana-secrets'
import type { ErrandRun } from './errand-run'
import { existingCluster } from './prepare-existing'

/** meta.yaml, key and rendered files of a cluster, sealed to the one-time public key of the request that asked. */
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
  const text = JSON.stringify({ meta, privateKey: key, publicKey: half?.publicKey ?? '', cache: await cacheOf(run, name) })
  return { sealed: sealFor(Buffer.from(publicKey, 'base64url'), text, 'export-cluster') }
}

/** Rendered files by the names that TiUP's config-cache has for them, secrets in their places. */
const cacheOf = async (run: ErrandRun, name: string): Promise<{ name: string; text: string }[]> => {
  const { cluster, input } = await existingCluster(run, { clusterName: name })
  const packages = await listPackages(run.db)
  const files: { name: string; text: string }[] = []
  for (const { name: file, parts } of configCache(cluster.topology, {
    ...{ ...input, packages },
    grafanaSecrets: await grafanaSecretsOf(run.db, cluster),
  })) {
    const texts: string[] = []
    for (const part of parts) texts.push('text' in part ? part.text : ((await secretText(run, part.secret, 'password')) ?? ''))
    files.push({ name: file, text: texts.join('') })
  }
  return files
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
