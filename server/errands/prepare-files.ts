import { existsSync } from 'node:fs'
import { AppError } from '@/server/domain/app-error'
import { pullInput, pushInput } from '@/server/domain/plan-inputs'
import type { Problem } from '@/server/domain/problem'
import { defaultConcurrency } from '@/server/domain/ssh-client'
import { type ClusterWithTopology, holdingJob } from '@/server/store/clusters'
import { findPush, keptFile, notePushHash } from '@/server/store/kept-files'
import type { PlanRow } from '@/server/store/plans'
import type { ErrandRun } from './errand-run'
import { hashFile, roomForFiles } from './kept-files'
import { existingCluster } from './prepare-existing'
import type { Prepared } from './prepared'

/** push: the uploaded file's hash is made here, once. Throws file-gone. */
export const preparePush = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const { roles, nodes, file: id = '', path, sudo, mode, backup, atOnce = widthOf(cluster) } = pushInput.parse(row.input)
  const kept = await findPush(run.db, id)
  const at = keptFile(run.folders.data, id)
  if (kept?.cluster !== cluster.name || !existsSync(at)) throw new AppError('usecases.file-gone', 409)
  const { name, sizeBytes } = kept
  const sha256 = kept.sha256 === '' ? await hashFile(at) : kept.sha256
  await notePushHash(run.db, id, sha256)
  const push = { file: { id, name, sizeBytes, sha256 }, path, sudo, backup, atOnce, ...(mode === undefined ? {} : { mode }) }
  return { topology: cluster.topology, input: { ...input, roles, nodes, push }, problems: await besideProblems(run, cluster) }
}

export const preparePull = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const { roles, nodes, paths, sudo, atOnce = widthOf(cluster) } = pullInput.parse(row.input)
  const pull = { paths, sudo, atOnce, roomBytes: await roomForFiles(run.folders.data) }
  return { topology: cluster.topology, input: { ...input, roles, nodes, pull }, problems: await besideProblems(run, cluster) }
}

const widthOf = ({ concurrency }: ClusterWithTopology): number => concurrency ?? defaultConcurrency

/** It runs beside the job that holds the cluster, and says so. */
const besideProblems = async (run: ErrandRun, { name, lifecycle }: ClusterWithTopology): Promise<Problem[]> => {
  const held = await holdingJob(run.db, name)
  const { number, operation } = held ?? {}
  return [
    ...(lifecycle === 'deploying' ? [{ code: 'exec.unfinished', severity: 'error', params: { cluster: name } } as const] : []),
    ...(number === undefined || operation === undefined
      ? []
      : [{ code: 'files.beside-job', severity: 'warning', params: { number, operation } } as const]),
  ]
}
