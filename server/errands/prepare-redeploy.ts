import { z } from 'zod'
import { readExport } from '@/server/dm/read-export'
import { AppError } from '@/server/domain/app-error'
import { redeployInput } from '@/server/domain/plan-inputs'
import type { OpenUpgrade } from '@/server/domain/upgrade'
import { dmctlToExport } from '@/server/operations/dmctl-packages'
import type { RedeployWish, UpgradeWish } from '@/server/operations/input'
import { type ConfigExportRow, exportSecret, listConfigExports } from '@/server/store/config-exports'
import { sealedOf } from '@/server/store/credentials'
import { listPackages } from '@/server/store/packages'
import type { PlanRow } from '@/server/store/plans'
import type { ErrandRun } from './errand-run'
import { keyFilePart } from './key-file'
import { existingCluster, rollingPart } from './prepare-existing'
import { common, openPart } from './prepare-upgrade'
import type { Prepared } from './prepared'

/** The backup is opened here for its names alone; what it holds goes to a host only by the plan's own step. */
export const prepareRedeploy = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const asked = redeployInput.parse(row.input)
  const packages = await listPackages(run.db)
  const { open } = await openPart(run, cluster)
  const to = open?.from ?? cluster.version
  const importBy = dmctlToExport({ ...cluster, version: to }, packages)
  const exportBy = dmctlToExport(cluster, packages)
  const backup = open && (await backupOf(run, cluster.name, open, asked.exportId))
  const back: RedeployWish = { suffix: asked.suffix ?? `-${to}`, ...(backup && { backup }), ...(importBy && { importBy }) }
  const wish: UpgradeWish = {
    ...{ to, offline: false, pauseBeforeLast: false, prefer: [], back },
    ...(exportBy && { exportBy }),
    ...(open && { open }),
  }
  const pace = await rollingPart(run, cluster, { ...asked, rolling: { batch: 1, canary: false, tolerance: 0 }, waivers: [] })
  // What has come since the backup is asked by whichever dmctl there is.
  const dmctl = pace.dmctl ?? exportBy
  return {
    topology: cluster.topology,
    input: {
      ...input,
      ...pace,
      ...(dmctl && { dmctl }),
      ...(await common(run, cluster, packages)),
      ...(await keyFilePart(run, cluster)),
      upgrade: wish,
    },
    problems: [],
  }
}

/** The latest export that a job of this upgrade made of the former version, or the one that was asked for. */
const backupOf = async (
  run: ErrandRun,
  cluster: string,
  { jobIds, from }: OpenUpgrade,
  asked: string | undefined,
): Promise<RedeployWish['backup']> => {
  const rows = await listConfigExports(run.db, cluster)
  const found =
    asked === undefined
      ? rows.find(({ jobId, version }) => jobIds.includes(jobId) && version === from)
      : rows.find(({ id, version }) => id === asked && version === from)
  if (asked !== undefined && !found) throw new AppError('usecases.export-unknown', 404)
  return found && contentOf(run, found)
}

const kept = z.object({ plain: z.string() })

const contentOf = async (run: ErrandRun, row: ConfigExportRow): Promise<RedeployWish['backup']> => {
  const secret = exportSecret(row.id)
  const sealed = await sealedOf(run.db, secret)
  if (sealed === undefined) throw new AppError('usecases.export-unknown', 404)
  const content = await readExport(Buffer.from(kept.parse(JSON.parse(run.secrets.openSealed(sealed, secret))).plain, 'base64'))
  if ('unreadable' in content) return undefined
  const { id, at, sha256, sizeBytes } = row
  return { id, at, sha256, sizeBytes, sources: content.sources, tasks: content.tasks, relay: content.relay, secret }
}
