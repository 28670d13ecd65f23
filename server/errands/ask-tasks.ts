import { createReadStream } from 'node:fs'
import { readBaseline } from '@/server/dm/dmctl'
import type { ClusterFacts } from '@/server/domain/facts'
import type { Instance } from '@/server/domain/instance'
import type { DmctlRef } from '@/server/domain/step'
import { askHost, parseHost } from '@/server/probes/batch'
import { cachedPackagePath } from '@/server/probes/package-in-cache'
import { HttpFailed, LinkLost, type Target } from '@/server/remote/transport'
import { packageCachedScript } from '@/server/steps/package-cached'
import { bash, longMs, shortMs } from '@/server/steps/script'
import { landingPath, stagedPath, stagePrepare, stageTake } from '@/server/steps/staging'
import { findPackage, packageFile } from '@/server/store/packages'
import type { ErrandRun } from './errand-run'

type Tasks = Pick<ClusterFacts, 'tasks' | 'tasksError' | 'sources'>

/**
 * Every subtask and source, by dmctl on a master's host as the deploy user. The panel's own cache on that host gets dmctl's package
 * first where it lacks it: nothing of the cluster is touched. A host that is silent leaves the tasks unknown.
 */
export const askTasks = async (
  run: ErrandRun,
  at: { masters: readonly Instance[]; target: Target; user: string; dmctl: string },
): Promise<Tasks> => {
  const found = await findPackage(run.db, at.dmctl)
  if (!found) return { tasksError: 'dmctl is not in the store any more' }
  const ref: DmctlRef = {
    packageSha256: found.sha256,
    entry: found.entry,
    user: at.user,
    masters: at.masters.map((one) => `${one.host}:${one.ports[0] ?? 0}`),
  }
  try {
    const why = await bringPackage(run, at.target, found)
    if (why !== undefined) return { tasksError: why }
    const said = await readBaseline({ transport: run.transport, target: at.target, ref })
    return 'error' in said ? { tasksError: said.error } : { tasks: said.status.subtasks, sources: said.status.sources }
  } catch (error) {
    if (error instanceof LinkLost || error instanceof HttpFailed) return { tasksError: error.message }
    throw error
  }
}

/** The package in the host's cache; why not, when it can't be brought there. */
export const bringPackage = async (
  run: ErrandRun,
  target: Target,
  { sha256, sizeBytes }: { sha256: string; sizeBytes: number },
): Promise<string | undefined> => {
  const probe = { probe: 'package', sha256 } as const
  const there = await run.transport.run(target, { argv: askHost([probe]), as: 'root', deadlineMs: shortMs })
  if (parseHost([probe], there.stdout, run.now().toISOString()).packages[sha256] === sizeBytes) return undefined
  const staged = stagedPath(`errand/${sha256}`)
  const landing = landingPath(target.login.user, staged)
  const root = (argv: readonly string[], deadlineMs = shortMs) => run.transport.run(target, { argv, as: 'root', deadlineMs })
  const prepared = await root(stagePrepare(target.login.user))
  if (prepared.exitCode !== 0) return prepared.stderr.trim()
  const file = packageFile(run.folders.data, sha256)
  const open = (offset: number) => createReadStream(file, { start: offset })
  await run.transport.put(target, { sizeBytes, sha256, open }, landing, { signal: run.signal })
  const taken = await root(stageTake(landing, staged, sizeBytes))
  if (taken.exitCode !== 0) return taken.stderr.trim()
  const cached = await root(bash(packageCachedScript, staged, cachedPackagePath(sha256), sha256), longMs)
  return cached.exitCode === 0 ? undefined : cached.stderr.trim()
}
