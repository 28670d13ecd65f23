import semver from 'semver'
import type { PackageInfo } from '@/server/domain/package'
import { finaliseInput, rollbackInput, upgradeInput } from '@/server/domain/plan-inputs'
import type { Problem } from '@/server/domain/problem'
import { normalVersion } from '@/server/domain/topology/names'
import { dmctlToExport } from '@/server/operations/dmctl-packages'
import type { OperationInput, UpgradeWish } from '@/server/operations/input'
import type { ClusterWithTopology } from '@/server/store/clusters'
import { ledgerUses, readLedger } from '@/server/store/ledger'
import { listPackages } from '@/server/store/packages'
import type { PlanRow } from '@/server/store/plans'
import { openUpgrade } from '@/server/store/upgrades'
import { grafanaSecretsOf } from '@/server/usecases/grafana-secrets'
import type { ErrandRun } from './errand-run'
import { keyOf } from './key-file'
import { existingCluster, rollingPart } from './prepare-existing'
import type { Prepared } from './prepared'
import { scanPasswords } from './scan-passwords'

/** The whole store goes to the planner: what is missing is its problem, with a name that can be fetched. */
export const prepareUpgrade = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const asked = upgradeInput.parse(row.input)
  const packages = await listPackages(run.db)
  const to = normalVersion(asked.version)
  const exportBy = asked.backup && !asked.offline ? dmctlToExport(cluster, packages) : undefined
  const secretKey = asked.secretKey && 'credentialId' in asked.secretKey ? asked.secretKey.credentialId : undefined
  const key = secretKey === undefined ? undefined : await keyOf(run, secretKey)
  const problems: Problem[] = key === '' ? [{ code: 'upgrade.secret-key-form', severity: 'error', path: 'secretKey', params: {} }] : []
  const wish: UpgradeWish = {
    ...{ to, offline: asked.offline, pauseBeforeLast: asked.pauseBeforeLast, prefer: asked.packages },
    ...(exportBy && { exportBy }),
    ...(secretKey !== undefined && { secretKey }),
    ...(asked.secretKey && 'former' in asked.secretKey && { formerKey: true as const }),
    ...(await passwordsPart(run, cluster, { input, exportBy, to, key: key || undefined })),
    ...(await openPart(run, cluster)),
  }
  const rolling = await paceOf(run, cluster, asked)
  return {
    topology: cluster.topology,
    input: { ...input, ...rolling, ...(await common(run, cluster, packages)), upgrade: wish },
    problems,
  }
}

/** Offline nothing moves, and there is no master that dmctl could ask. */
const paceOf = async (
  run: ErrandRun,
  cluster: ClusterWithTopology,
  asked: Parameters<typeof rollingPart>[2] & { offline: boolean },
): Promise<Partial<OperationInput>> => {
  const { dmctl, ...pace } = await rollingPart(run, cluster, asked)
  return asked.offline || !dmctl ? pace : { ...pace, dmctl }
}

/** From v8.0.0 on DM has no fixed key: whether it matters is seen in an export, where dmctl can make one. */
const passwordsPart = async (
  run: ErrandRun,
  cluster: ClusterWithTopology,
  { input, exportBy, to, key }: { input: OperationInput; exportBy: PackageInfo | undefined; to: string; key: string | undefined },
): Promise<Pick<UpgradeWish, 'passwords'>> => {
  const before = semver.lt(semver.parse(cluster.version) ?? '99.0.0', '8.0.0')
  if (!before || !exportBy || semver.lt(semver.parse(to) ?? '99.0.0', '8.0.0')) return {}
  return { passwords: await scanPasswords(run, cluster, { input, dmctl: exportBy, key }) }
}

export const prepareRollback = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const asked = rollbackInput.parse(row.input)
  const open = await openPart(run, cluster)
  const to = open.open?.from ?? cluster.version
  const wish: UpgradeWish = { to, offline: asked.offline, pauseBeforeLast: false, prefer: [], ...open }
  const rolling = await paceOf(run, cluster, asked)
  const rest = await common(run, cluster, await listPackages(run.db))
  return { topology: cluster.topology, input: { ...input, ...rolling, ...rest, upgrade: wish }, problems: [] }
}

export const prepareFinalise = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const { keepPackages } = finaliseInput.parse(row.input)
  const rest = await common(run, cluster, await listPackages(run.db))
  const keep = await usedElsewhere(run, cluster.name, keepPackages ? rest.ledger : [])
  const wish: UpgradeWish = {
    to: cluster.version,
    offline: false,
    pauseBeforeLast: false,
    prefer: [],
    keep,
    ...(await openPart(run, cluster)),
  }
  return { topology: cluster.topology, input: { ...input, ...rest, upgrade: wish }, problems: [] }
}

/** Packages that other clusters name, for they may have a host in common. */
const usedElsewhere = async (run: ErrandRun, cluster: string, also: NonNullable<OperationInput['ledger']>): Promise<string[]> => {
  const uses = await ledgerUses(run.db)
  const others = [...uses].flatMap(([sha256, clusters]) => (clusters.some((name) => name !== cluster) ? [sha256] : []))
  return [...others, ...also.map(({ packageSha256 }) => packageSha256)]
}

export const openPart = async (run: ErrandRun, cluster: ClusterWithTopology): Promise<Pick<UpgradeWish, 'open'>> => {
  const found = await openUpgrade(run.db, cluster.name)
  if (!found) return {}
  const { jobIds, from, to, led, state, seen, left } = found
  return { open: { jobIds, from, to, led, state, seen, left } }
}

export const common = async (run: ErrandRun, cluster: ClusterWithTopology, packages: readonly PackageInfo[]) => ({
  packages,
  ledger: await readLedger(run.db, cluster.name),
  grafanaSecrets: await grafanaSecretsOf(run.db, cluster),
})
