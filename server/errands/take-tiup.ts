import { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import { instancesOf } from '@/server/domain/topology/instances'
import { takeTiupMeta } from '@/server/store/take-tiup-meta'
import { lagOf } from '@/server/usecases/look-at-edit'
import { isOtherKey, openComparison } from './compare-tiup'
import type { ErrandRun } from './errand-run'
import { changedSecrets, demandKey, keepSecrets, ownFilesFrom, tiupHistory } from './tiup-cluster'

const asked = z.object({ metaSha256: z.string(), by: z.string(), restore: z.boolean().default(false) })

/**
 * Takes what a meta.yaml says into the books as a new revision, with its secrets, its key and TiUP's history; nothing on a host changes.
 * Throws tiup-written-again when it is not the file that was looked at, cluster-busy, tiup-half-done, and what a comparison throws.
 */
export const takeTiup = async (run: ErrandRun, raw: unknown): Promise<{ revision: number }> => {
  const { metaSha256, by, restore } = asked.parse(raw)
  const opened = await openComparison(run, raw)
  const { cluster, read, meta, taken, source, link, name: there } = opened
  const name = cluster.name
  if (read.metaSha256 !== metaSha256) throw new AppError('errands.tiup-written-again', 409, { params: { name } })
  if (instancesOf(cluster.topology).some(({ lifecycle }) => lifecycle !== 'active')) {
    throw new AppError('errands.tiup-half-done', 409, { params: { name } })
  }
  const { topology } = taken
  const fresh = await ownFilesFrom(run, source, { topology, cluster: cluster.secretsOf, by })
  const files = { ...cluster.files, ...fresh }
  const secrets = await changedSecrets(run, taken.secrets)
  const other = await isOtherKey(run, cluster, read.key)
  const key = other ? demandKey(name, read.key) : undefined
  const lagging = cluster.adopted ? {} : await lagOf(run.db, cluster, { topology, files })
  const place = link?.place
  const archive = opened.from === 'archive'
  const result = await takeTiupMeta(run.db, {
    ...{ cluster: name, base: cluster.revision, version: meta.version, deployUser: meta.user, topology, yaml: taken.yaml, files },
    ...{
      by,
      kind: restore ? 'meta-restore' : 'tiup',
      reason: `${restore ? 'restored from' : 'as tiup has it in'} ${opened.from}`,
      lagging,
    },
    // Of a restore the books don't follow tiup's file but differ from it on purpose.
    ...(archive ? {} : { link: { name: there, metaSha256, at: run.now().toISOString(), ...(place && { place }) } }),
    deeds: archive ? [] : await tiupHistory(source, there),
    ...(key && {
      credential: {
        id: cluster.credentialId,
        ...key.half,
        sealed: run.secrets.sealAtRest(JSON.stringify({ privateKey: key.key }), cluster.credentialId),
      },
    }),
    also: (tx) => keepSecrets(run, tx, { secrets, by }),
    at: run.now(),
  })
  if ('busy' in result) {
    const { id, number, operation } = result.busy
    throw new AppError('usecases.cluster-busy', 409, { params: { cluster: name, job: id, number, operation } })
  }
  if ('stale' in result) throw new AppError('errands.tiup-written-again', 409, { params: { name } })
  await source.done()
  return { revision: result.saved }
}
