import { AppError } from '@/server/domain/app-error'
import type { PackageInfo } from '@/server/domain/package'
import type { Login } from '@/server/domain/plan'
import { pruneInput, scaleInInput, scaleOutInput } from '@/server/domain/plan-inputs'
import { isError, type Problem } from '@/server/domain/problem'
import { parseAddition } from '@/server/domain/topology/addition'
import { entriesAs, entriesOnly, entryIds, joinEntries } from '@/server/domain/topology/entries'
import { keptFiles } from '@/server/domain/topology/own-files'
import { withSecretMarks } from '@/server/domain/topology/typed-secrets'
import { growthOf } from '@/server/operations/scale-out-problems'
import { findCredential } from '@/server/store/credentials'
import { listPackages } from '@/server/store/packages'
import type { PlanRow } from '@/server/store/plans'
import { checkAddition } from '@/server/usecases/check-topology'
import { textsOfFiles } from '@/server/usecases/keep-files'
import { roleDefaults } from '@/server/usecases/role-packages'
import { cachedPackagesOf } from './cached-packages'
import { deedsOn } from './deeds'
import type { ErrandRun } from './errand-run'
import { keyFilePart } from './key-file'
import { grafanaSecrets } from './prepare-deploy'
import { existingCluster, rollingPart } from './prepare-existing'
import type { Prepared } from './prepared'

/** The cluster with its new instances, the logins of both, and what the new ones run. */
export const prepareScaleOut = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const asked = scaleOutInput.parse(row.input)
  const files = keptFiles.parse(asked.files)
  const { problems } = await checkAddition(run.db, { yaml: asked.topology, cluster, files: Object.keys(files) })
  const { addition } = parseAddition(asked.topology, cluster.topology)
  const packages = await listPackages(run.db)
  const chosen = choicesOf(asked.packages, packages)
  const all = [...problems, ...chosen.problems]
  if (!addition || all.some(isError)) throw new AppError('usecases.plan-has-errors', 422, { problems: all })
  const marked = withSecretMarks({ ...cluster.topology, ...addition.added }, cluster.secretsOf).topology
  const added = entriesAs(entriesOnly(marked), 'joining')
  const topology = joinEntries(cluster.topology, added)
  const key = await findCredential(run.db, cluster.credentialId)
  const given = asked.credentialId === undefined ? undefined : await loginBy(run, asked.credentialId)
  const joining = {
    ids: entryIds(added),
    yaml: asked.topology,
    files,
    prefer: [...chosen.found, ...(await roleDefaults(run.db, cluster, packages))],
  }
  return {
    topology,
    input: {
      ...input,
      givenHosts: growthOf(topology, { hosts: {} }, { ...input, joining }).newHosts,
      joining,
      localTexts: { ...input.localTexts, ...(await textsOfFiles(run.db, cluster.secretsOf, files)) },
      ...(asked.waitTimeoutS === undefined ? {} : { waitTimeoutS: asked.waitTimeoutS }),
      ...(given && { given }),
      ...(key && { publicKey: key.publicKey }),
      packages,
      ...(await keyFilePart(run, cluster)),
      grafanaSecrets: await grafanaSecrets(run, { of: cluster.secretsOf, by: row.askedBy }, topology),
      waivers: asked.waivers.map(({ code, host }) => ({ code, ...(host === undefined ? {} : { host }) })),
    },
    problems: problems.filter(({ severity }) => severity !== 'info'),
  }
}

const loginBy = async (run: ErrandRun, id: string): Promise<Login> => {
  const found = await findCredential(run.db, id)
  if (!found) throw new AppError('usecases.credential-unknown', 404, { params: { id } })
  return { user: found.username, credentialId: found.id, sudo: found.sudo }
}

/** Packages that the user chose, in the store and of the component that they were chosen for. */
const choicesOf = (
  asked: Readonly<Record<string, string | undefined>>,
  packages: readonly PackageInfo[],
): { found: PackageInfo[]; problems: Problem[] } => {
  const chosen = Object.entries(asked).map(([component, sha256]) => ({
    component,
    sha256,
    one: packages.find((each) => each.sha256 === sha256 && each.component === component),
  }))
  return {
    found: chosen.flatMap(({ one }) => one ?? []),
    problems: chosen.flatMap(({ component, sha256, one }): Problem[] =>
      one
        ? []
        : [
            {
              code: 'scale-out.package-unknown',
              severity: 'error',
              path: `packages.${component}`,
              params: { component, sha256: sha256 ?? '' },
            },
          ],
    ),
  }
}

/** What leaves, how patiently, and what the panel's own jobs had made on the hosts. */
export const prepareScaleIn = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const asked = scaleInInput.parse(row.input)
  const { nodes, force, unbound, credentialId } = asked
  return {
    topology: cluster.topology,
    input: {
      ...input,
      ...(await rollingPart(run, cluster, asked)),
      ...{ nodes, force, unbound: unbound.map(({ node }) => node) },
      ...(credentialId === undefined ? {} : { given: await loginBy(run, credentialId) }),
      givenHosts: [],
      packages: await listPackages(run.db),
      grafanaSecrets: await grafanaSecrets(run, { of: cluster.secretsOf, by: row.askedBy }, cluster.topology),
      deeds: await deedsOn(run, cluster.name),
      ...(await cachedPackagesOf(run, cluster.name)),
    },
    problems: [],
  }
}

export const preparePrune = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const { cluster, input } = await existingCluster(run, row)
  const { names, waitTimeoutS } = pruneInput.parse(row.input)
  return {
    topology: cluster.topology,
    input: { ...input, members: names, ...(waitTimeoutS === undefined ? {} : { waitTimeoutS }) },
    problems: [],
  }
}
