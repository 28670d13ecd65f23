import { createReadStream } from 'node:fs'
import { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import { downloadName, parseProgramVersion, type VerifiedPackage, versionFlag } from '@/server/domain/package'
import { instancesOf } from '@/server/domain/topology/instances'
import { parsePrepared, tryClean, tryPrepare, tryRun } from '@/server/probes/try-program'
import { LinkLost, type PutSource, type Target } from '@/server/remote/transport'
import { findCluster } from '@/server/store/clusters'
import { findPackage, noteVerified, packageFile, type StoredPackage } from '@/server/store/packages'
import type { ErrandRun } from './errand-run'
import { reachTo, targetOf } from './look-at-hosts'

const asked = z.object({ sha256: z.string(), cluster: z.string(), host: z.string(), by: z.string() })

/** After this the program is ended; -V of DM takes a quarter of a second. */
const programSeconds = 20

/**
 * Runs the program of a package with `-V` on a host of a cluster, as the deploy user, in a folder of its own that is gone afterwards;
 * what it says is kept with the package. Throws package-unknown, cluster-unknown, host-platform-differs, program-says-nothing.
 */
export const verifyPackage = async (run: ErrandRun, raw: unknown): Promise<VerifiedPackage> => {
  const { sha256, cluster: name, host, by } = asked.parse(raw)
  const found = await findPackage(run.db, sha256)
  if (!found) throw new AppError('usecases.package-unknown', 404)
  const cluster = await findCluster(run.db, name)
  const instance = cluster && instancesOf(cluster.topology).find(({ hostId }) => hostId === host)
  if (!cluster || !instance) throw new AppError('usecases.instance-unknown', 404, { params: { instance: host } })
  const login = { user: cluster.deployUser, credentialId: cluster.credentialId, sudo: 'nopasswd' as const }
  const text = await programSays(run, { found, target: targetOf(instance, login, reachTo(cluster)) })
  const version = parseProgramVersion(text)
  if (!version) throw saysNothing(found, host, text)
  const verified = { ...version, cluster: name, host, user: login.user, by, at: run.now().toISOString(), text: text.slice(0, 4096) }
  await noteVerified(run.db, sha256, verified)
  return verified
}

const saysNothing = (found: StoredPackage, host: string, detail: string): AppError =>
  new AppError('errands.program-says-nothing', 422, {
    params: { name: downloadName(found), host, detail: detail.trim().slice(0, 300) || '–' },
  })

const programSays = async (run: ErrandRun, { found, target }: { found: StoredPackage; target: Target }): Promise<string> => {
  const exec = (argv: readonly string[], deadlineMs: number) =>
    run.transport.run(target, { argv, as: 'login', deadlineMs }, { signal: run.signal })
  const prepared = await exec(tryPrepare(), 60_000)
  const place = prepared.exitCode === 0 ? parsePrepared(prepared.stdout) : undefined
  if (!place) {
    throw new AppError('errands.no-room-on-host', 422, {
      params: { host: target.host, detail: prepared.stderr.trim().slice(0, 300) || prepared.stdout.slice(0, 300) },
    })
  }
  try {
    const wanted = `${found.os}/${found.arch}`
    if (place.platform !== wanted) {
      throw new AppError('errands.host-platform-differs', 422, { params: { host: target.host, seen: place.platform, wanted } })
    }
    await upload(run, { found, target, path: `${place.folder}/package.tar.gz` })
    const { entry, entrySha256, component } = found
    const name = `${component}-${found.version}-${found.os}-${found.arch}.tar.gz`
    const argv = tryRun({ folder: place.folder, name, entry, entrySha256, flag: versionFlag(component), seconds: programSeconds })
    const ran = await exec(argv, 180_000)
    if (ran.exitCode !== 0)
      throw saysNothing(found, target.host, `${ran.stderr.trim() || ran.stdout.trim()} (exit ${ran.exitCode ?? ran.signal})`)
    return ran.stdout
  } finally {
    await exec(tryClean(place.folder), 60_000).catch((error: unknown) => {
      if (!(error instanceof LinkLost)) throw error // a lost host: the next try there removes the folder
    })
  }
}

type Put = { found: StoredPackage; target: Target; path: string }

const upload = async (run: ErrandRun, { found, target, path }: Put): Promise<void> => {
  const file = packageFile(run.folders.data, found.sha256)
  const source: PutSource = {
    sizeBytes: found.sizeBytes,
    sha256: found.sha256,
    open: (offset) => createReadStream(file, { start: offset }),
  }
  let toldMs = 0
  const onProgress = (doneBytes: number): void => {
    if (Date.now() - toldMs < 500) return
    toldMs = Date.now()
    void run.progress({ done: 0, total: 1, at: target.host, doneBytes, totalBytes: found.sizeBytes })
  }
  await run.transport.put(target, source, path, { onProgress, signal: run.signal })
}
