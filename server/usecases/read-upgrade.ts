import { buffer } from 'node:stream/consumers'
import { createGzip } from 'node:zlib'
import semver from 'semver'
import tar from 'tar-stream'
import { z } from 'zod'
import type { UpgradeTarget, UpgradeView } from '@/server/domain/api-upgrades'
import { AppError } from '@/server/domain/app-error'
import { componentSpec } from '@/server/domain/component'
import { mirrorKept } from '@/server/domain/mirror-kept'
import { type PackageInfo, packageFileName } from '@/server/domain/package'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { dmctlToExport } from '@/server/operations/dmctl-packages'
import { type ClusterWithTopology, findCluster } from '@/server/store/clusters'
import { type ConfigExportRow, findConfigExport, listConfigExports } from '@/server/store/config-exports'
import type { Db } from '@/server/store/database'
import { listMirrors } from '@/server/store/mirrors'
import { listPackages } from '@/server/store/packages'
import { listUpgrades, type UpgradeRow } from '@/server/store/upgrades'
import { askSealed } from './ask-sealed'
import type { Who } from './audited'
import { demandCluster } from './read-clusters'

/** Where a cluster can go, where it is on its way to, and what was exported. Throws cluster-unknown. */
export const readUpgrade = async (db: Db, name: string): Promise<UpgradeView> => {
  const cluster = await demandCluster(db, name)
  const packages = await listPackages(db)
  const history = (await listUpgrades(db, name)).map(rowOf)
  const exportBy = dmctlToExport(cluster, packages)
  return {
    version: cluster.version,
    open: history.find(({ endedAt }) => endedAt === null) ?? null,
    history,
    targets: targetsOf(cluster, packages, await mirrorsOf(db)),
    exports: (await listConfigExports(db, name)).map(exportOf),
    exportBy: exportBy ? { version: exportBy.version, sha256: exportBy.sha256 } : null,
  }
}

const rowOf = ({ id: _id, cluster: _cluster, jobIds, left, seen, ...row }: UpgradeRow) => ({
  ...row,
  jobIds: [...jobIds],
  left: [...left],
  seen: { ...seen },
})

const exportOf = ({ cluster: _cluster, files: _files, relay, ...row }: ConfigExportRow) => ({
  ...row,
  startRelay: Object.entries(relay).map(([source, workers]) => ['start-relay', '-s', source, ...workers].join(' ')),
})

type Wanted = { component: PackageInfo['component']; os: string; arch: string }
type Mirror = { location: string; has(one: Wanted & { version: string }): boolean; versions: readonly string[] }

const mirrorsOf = async (db: Db): Promise<Mirror[]> =>
  (await listMirrors(db)).flatMap((row): Mirror[] => {
    const kept = mirrorKept.safeParse(row.kept)
    if (row.confirmedBy === '' || !kept.success) return []
    const of = (component: string) => kept.data.components.find((one) => one.component === component)?.platforms ?? {}
    return [
      {
        location: row.location,
        has: ({ component, os, arch, version }) => of(component)[`${os}/${arch}`]?.includes(version) ?? false,
        versions: Object.values(of('dm-master')).flat(),
      },
    ]
  })

/** What each instance of the cluster's version needs, each once. */
const wantedOf = (topology: Topology): Wanted[] => {
  const all = instancesOf(topology).filter(({ component }) => componentSpec(component).version === 'cluster')
  const found = all.map(({ component, os, arch }): Wanted => ({ component, os: os || 'linux', arch }))
  return [...new Map(found.map((one) => [`${one.component} ${one.os} ${one.arch}`, one])).values()]
}

const targetsOf = (cluster: ClusterWithTopology, packages: readonly PackageInfo[], mirrors: readonly Mirror[]): UpgradeTarget[] => {
  const wanted = wantedOf(cluster.topology)
  const inStore = packages.filter(({ component, origin }) => component === 'dm-master' && origin.from !== 'hotfix')
  const versions = new Set([...inStore.map(({ version }) => version), ...mirrors.flatMap((mirror) => mirror.versions)])
  return [...versions].toSorted(newestFirst).map((version) => {
    const lacks = (one: Wanted) => !packages.some((each) => isThat(each, { ...one, version }))
    const needed = wanted.filter(lacks).map((one) => ({ ...one, version }))
    const missing = needed.length === 0 ? [] : [...needed, ...dmctlBeside(needed, lacks, mirrors)]
    return {
      version,
      direction: directionOf(cluster.version, version),
      missing: missing.map((one) => ({ ...one, fileName: packageFileName(one) })),
      mirrors:
        missing.length === 0 ? [] : mirrors.filter((mirror) => missing.every((one) => mirror.has(one))).map(({ location }) => location),
      choices: wanted.flatMap((one) => {
        const builds = packages.filter((each) => isThat(each, { ...one, version }))
        return builds.length > 1 ? [{ ...one, packages: builds.map(({ sha256 }) => sha256) }] : []
      }),
    }
  })
}

/** No upgrade fails for want of it, but sources and tasks are asked by dmctl of the cluster's version afterwards: fetched with the rest. */
const dmctlBeside = (
  needed: readonly (Wanted & { version: string })[],
  lacks: (one: Wanted) => boolean,
  mirrors: readonly Mirror[],
): (Wanted & { version: string })[] => {
  const dmctls = needed.flatMap((one) => (one.component === 'dm-master' ? [{ ...one, component: 'dmctl' as const }] : [])).filter(lacks)
  return mirrors.some((mirror) => [...needed, ...dmctls].every((one) => mirror.has(one))) ? dmctls : []
}

const isThat = (one: PackageInfo, { component, version, os, arch }: Wanted & { version: string }): boolean =>
  one.component === component && one.version === version && one.os === os && one.arch === arch && one.origin.from !== 'hotfix'

const directionOf = (from: string, to: string): UpgradeTarget['direction'] => {
  if (to.includes('nightly')) return 'nightly'
  const [a, b] = [semver.parse(from), semver.parse(to)]
  if (from === to || !a || !b) return from === to ? 'same' : 'up'
  return semver.gt(b, a) ? 'up' : semver.eq(a, b) ? 'same' : 'down'
}

const newestFirst = (a: string, b: string): number => {
  const [x, y] = [semver.parse(a), semver.parse(b)]
  return x && y ? semver.rcompare(x, y) : a < b ? 1 : -1
}

const opened = z.object({ archive: z.string(), files: z.array(z.object({ path: z.string(), text: z.string() })) })

/**
 * An export as tar.gz: `export.tar.gz` as dmctl wrote it (passwords in plain text), `topology.yaml`, `relay.txt` with the lines that
 * start relay again, and `hosts/HOST/PATH` as rendered at the time. Throws cluster-unknown, export-unknown, runner-silent.
 */
export const downloadExport = async (db: Db, who: Who, name: string, id: string): Promise<Uint8Array<ArrayBuffer>> => {
  const cluster = await findCluster(db, name)
  if (!cluster) throw new AppError('usecases.cluster-unknown', 404, { params: { name } })
  const row = await findConfigExport(db, name, id)
  if (!row) throw new AppError('usecases.export-unknown', 404)
  const deed = { what: 'download-export', command: `dm-panel download-export ${name} ${id}`, cluster: name, detail: { sha256: row.sha256 } }
  const content = opened.parse(JSON.parse(await askSealed(db, who, { kind: 'open-export', input: { cluster: name, id }, deed })))
  const pack = tar.pack()
  pack.entry({ name: 'export.tar.gz', mode: 0o600 }, Buffer.from(content.archive, 'base64'))
  pack.entry({ name: 'topology.yaml', mode: 0o600 }, cluster.yaml)
  pack.entry(
    { name: 'relay.txt', mode: 0o600 },
    exportOf(row)
      .startRelay.map((line) => `${line}\n`)
      .join(''),
  )
  for (const { path, text } of content.files) pack.entry({ name: `hosts/${path}`, mode: 0o600 }, text)
  pack.finalize()
  return new Uint8Array(await buffer(pack.pipe(createGzip())))
}
