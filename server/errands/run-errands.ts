import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@/server/domain/app-error'
import { type ErrandError, type ErrandKind, isErrandKind } from '@/server/domain/errand'
import { LinkLost } from '@/server/remote/transport'
import { sweepDmctlFiles } from '@/server/store/dmctl-files'
import {
  claimErrand,
  type ErrandRow,
  failErrand,
  finishErrand,
  forgetErrands,
  noteErrandProgress,
  requeueErrands,
} from '@/server/store/errands'
import type { ErrandInput } from '@/server/usecases/ask-errand'
import { conclude } from '@/server/usecases/audited'
import { sweepUploads } from '@/server/usecases/receive-upload'
import { agentKeys } from './agent-keys'
import { askDmctlLine } from './ask-dmctl'
import { buildPackages, previewHotfix } from './build-package'
import { checkCluster } from './check-cluster'
import { checkFile } from './check-file'
import { compareTiup } from './compare-tiup'
import { connectSimulated } from './connect-simulated'
import type { ErrandDeps, ErrandRun } from './errand-run'
import { exportForDownload } from './export-cluster'
import { openExport } from './open-export'
import { fetchMirror, fetchPackages, inspectUpload } from './packages'
import { preflightHosts } from './preflight-hosts'
import { preparePlan } from './prepare-plan'
import { probeHosts } from './probe-hosts'
import { readDm } from './read-dm'
import { tailLog } from './tail-log'
import { takeTiup } from './take-tiup'
import { testChannel } from './test-channel'
import { adoptClusters, scanTiup } from './tiup-storage'
import { verifyAudit } from './verify-audit'
import { verifyBinaries } from './verify-binaries'
import { verifyPackage } from './verify-package'

/** Every kind of errand; a new one without a row does not compile. */
const handlers: Record<ErrandKind, (run: ErrandRun, input: unknown) => Promise<unknown>> = {
  'prepare-plan': preparePlan,
  'probe-hosts': probeHosts,
  'agent-keys': agentKeys,
  preflight: preflightHosts,
  'tail-log': tailLog,
  'ask-dmctl': askDmctlLine,
  'read-dm': readDm,
  'fetch-mirror': fetchMirror,
  'fetch-packages': fetchPackages,
  'inspect-package': inspectUpload,
  'scan-tiup': scanTiup,
  'adopt-cluster': adoptClusters,
  'compare-tiup': compareTiup,
  'take-tiup': takeTiup,
  'export-cluster': exportForDownload,
  'open-export': openExport,
  'connect-simulated': connectSimulated,
  'preview-hotfix': previewHotfix,
  'build-package': buildPackages,
  'verify-package': verifyPackage,
  'verify-binaries': verifyBinaries,
  'check-cluster': checkCluster,
  'check-file': checkFile,
  'verify-audit': verifyAudit,
  'test-channel': testChannel,
}

/** Errands at once; a long download must not keep a preview waiting. */
const atOnce = 4
const keepMs = 24 * 3600_000

/**
 * Does errands until asked to stop, then lets those that run end (their transports are aborted). Looks every 100 ms while it has work or
 * had some in the last minute, else each second.
 */
export const runErrands = async (deps: ErrandDeps, stopping: AbortSignal): Promise<void> => {
  const holder = randomUUID()
  const open = new Set<Promise<void>>()
  let busyAtMs = 0
  await requeueErrands(deps.db, holder)
  await forgetErrands(deps.db, new Date(deps.now().getTime() - keepMs))
  await sweepDmctlFiles(deps.db, new Date(deps.now().getTime() - keepMs))
  await sweepUploads(deps.db, deps.folders.data, deps.now())
  while (!stopping.aborted) {
    const row = open.size < atOnce ? await claimErrand(deps.db, holder) : undefined
    if (row) {
      busyAtMs = Date.now()
      const done: Promise<void> = doErrand(deps, row, stopping).finally(() => open.delete(done))
      open.add(done)
      continue
    }
    const ms = open.size > 0 || Date.now() - busyAtMs < 60_000 ? 100 : 1000
    await sleep(ms, undefined, { signal: stopping }).catch(() => undefined) // aborted: asked to stop
  }
  await Promise.all(open)
}

/** Does one errand; its outcome, good or bad, is in its row and in the audit. */
export const doErrand = async (deps: ErrandDeps, row: ErrandRow, signal: AbortSignal): Promise<void> => {
  const { input, audit } = row.input as ErrandInput // written by askRunner and upload-package only
  const run: ErrandRun = { ...deps, signal, progress: (progress) => noteErrandProgress(deps.db, row.id, progress) }
  let result = 'done'
  try {
    if (!isErrandKind(row.kind)) throw new AppError('errands.kind-unknown', 422, { params: { kind: row.kind } })
    await finishErrand(deps.db, row.id, await handlers[row.kind](run, input))
  } catch (error) {
    const failure = failureOf(error)
    result = `failed: ${failure.code}`
    await failErrand(deps.db, row.id, failure)
  }
  if (audit) await conclude(deps.db, audit, audit.deed, { act: audit.act, result })
}

/** An expected refusal keeps its code; anything else is logged with a reference, its inside is not shown. */
const failureOf = (error: unknown): ErrandError => {
  if (error instanceof AppError) return { code: error.code, params: error.params, problems: error.problems }
  if (error instanceof LinkLost) return { code: `errands.${error.code}`, params: { host: error.host, detail: error.detail }, problems: [] }
  const reference = randomUUID().slice(0, 8)
  console.error(`[${reference}] errand`, error)
  return { code: 'platform.internal', params: { reference }, problems: [] }
}
