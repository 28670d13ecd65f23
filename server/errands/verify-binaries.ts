import { z } from 'zod'
import type { VerifiedBinaries, VerifiedBinary } from '@/server/domain/api-ledger'
import { AppError } from '@/server/domain/app-error'
import { componentSpec } from '@/server/domain/component'
import type { HostId, Instance } from '@/server/domain/instance'
import { isFine, judgeBinary } from '@/server/domain/judge-binary'
import { currentOf } from '@/server/domain/ledger'
import { downloadName, type PackageInfo, type ProgramVersion, parseProgramVersion } from '@/server/domain/package'
import type { Login } from '@/server/domain/plan'
import type { HostProbe } from '@/server/domain/probe'
import type { Reach } from '@/server/domain/ssh-client'
import { instancesOf } from '@/server/domain/topology/instances'
import { statusPath } from '@/server/probes/cluster-answers'
import { HttpFailed, LinkLost } from '@/server/remote/transport'
import { findCluster } from '@/server/store/clusters'
import { readLedger } from '@/server/store/ledger'
import { listPackages } from '@/server/store/packages'
import type { ErrandRun } from './errand-run'
import { type HostLook, lookAtHosts, reachTo, targetOf } from './look-at-hosts'

type Place = { instance: Instance; path: string; found: PackageInfo | undefined; expected: VerifiedBinary['expected'] }

/**
 * What lies on each instance's disk, what its process is, and what that says of itself, against the ledger: one probe per host, one
 * question per process of DM. Nothing is changed. Throws cluster-unknown.
 */
export const verifyBinaries = async (run: ErrandRun, raw: unknown): Promise<VerifiedBinaries> => {
  const { cluster: name } = z.object({ cluster: z.string() }).parse(raw)
  const cluster = await findCluster(run.db, name)
  if (!cluster) throw new AppError('usecases.cluster-unknown', 404, { params: { name } })
  const login: Login = { user: cluster.deployUser, credentialId: cluster.credentialId, sudo: 'nopasswd' }
  const [entries, store] = [await readLedger(run.db, name), await listPackages(run.db)]
  const places = instancesOf(cluster.topology).map((instance): Place => {
    const noted = currentOf(entries, instance.id)
    const found = store.find(({ sha256 }) => sha256 === noted?.packageSha256)
    return {
      ...{ instance, found, path: `${instance.deployDir}/bin/${found?.entry || componentSpec(instance.component).entry}` },
      expected: noted
        ? { packageSha256: noted.packageSha256, entrySha256: noted.entrySha256, fileName: found ? downloadName(found) : '' }
        : null,
    }
  })
  const hosts = new Map(places.map(({ instance }) => [instance.hostId, instance]))
  const looks = await lookAtHosts(
    run,
    [...hosts.values()].map((one) => ({ target: targetOf(one, login, reachTo(cluster)), probes: probesOn(one.hostId, places) })),
  )
  const rows = await Promise.all(
    places.map(async (place) => {
      const { instance } = place
      const look = looks[instance.hostId]
      const running = isRunning(look, instance)
      const says = running && isDm(instance) ? await programSays(run, instance, { login, reach: reachTo(cluster) }) : null
      return rowOf(place, look, { says, running })
    }),
  )
  return { at: run.now().toISOString(), rows, ok: rows.every(isFine) }
}

const isDm = ({ component }: Instance): boolean => component === 'dm-master' || component === 'dm-worker'

const probesOn = (host: HostId, places: readonly Place[]): HostProbe[] => {
  const own = places.filter(({ instance }) => instance.hostId === host)
  return [
    ...own.map(({ instance }) => ({ probe: 'unit', unit: instance.unit, hashExe: true }) as const),
    ...[...new Set(own.map(({ path }) => path))].map((path) => ({ probe: 'path', path, hash: true }) as const),
  ]
}

const isRunning = (look: HostLook | undefined, { unit }: Instance): boolean => look?.facts.units[unit]?.activeState === 'active'

const rowOf = (
  { instance, path, expected }: Place,
  look: HostLook | undefined,
  { says, running }: { says: ProgramVersion | null; running: boolean },
): VerifiedBinary => {
  const unit = look?.facts.units[instance.unit]
  const file = look?.facts.paths[path]
  const disk = (file?.exists && file.sha256) || null
  const process = (running && unit?.exeSha256) || null
  const lost = look === undefined || look.lost !== undefined || file === undefined || unit === undefined
  const why = look?.lost ? `${look.lost.code}: ${look.lost.detail}` : ''
  const verdict = judgeBinary(expected?.entrySha256 ?? null, { component: instance.component, disk, process, running, lost })
  return {
    ...{ instance: instance.id, component: instance.component, host: instance.hostId, path, expected, disk, process, says, verdict, why },
    pid: running ? (unit?.mainPid ?? 0) : 0,
  }
}

/** `/status` of a master or worker is the text of its -V. Null where it does not answer with one. */
const programSays = async (run: ErrandRun, instance: Instance, at: { login: Login; reach: Reach }): Promise<ProgramVersion | null> => {
  const target = targetOf(instance, at.login, at.reach)
  const request = { address: instance.host, port: instance.ports[0] ?? 0, method: 'GET', path: statusPath, timeoutMs: 3000 } as const
  try {
    const { status, body } = await run.transport.http(target, request)
    return status === 200 ? parseProgramVersion(body) : null
  } catch (error) {
    if (error instanceof LinkLost || error instanceof HttpFailed) return null
    throw error
  }
}
