import { randomBytes } from 'node:crypto'
import { deployInput } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { isError } from '@/server/domain/problem'
import { instancesOf } from '@/server/domain/topology/instances'
import { normalVersion } from '@/server/domain/topology/names'
import { keptFiles } from '@/server/domain/topology/own-files'
import { parseTopology } from '@/server/domain/topology/parse'
import type { Topology } from '@/server/domain/topology/topology'
import { withSecretMarks } from '@/server/domain/topology/typed-secrets'
import type { OperationInput } from '@/server/operations/input'
import { generateKey } from '@/server/remote/generate-key'
import { findCredential, keepCredential } from '@/server/store/credentials'
import { listPackages } from '@/server/store/packages'
import type { ClusterToBe, PlanRow } from '@/server/store/plans'
import { checkTopology } from '@/server/usecases/check-topology'
import { textsOfFiles } from '@/server/usecases/keep-files'
import type { ErrandRun } from './errand-run'
import type { Prepared } from './prepared'

/** Topology, key pair, passwords and packages of a cluster that is to be. */
export const prepareDeploy = async (run: ErrandRun, row: PlanRow): Promise<Prepared> => {
  const asked = deployInput.parse(row.input)
  const { topology: typed } = parseTopology(asked.topology)
  const { problems } = await checkTopology(run.db, {
    ...{ yaml: asked.topology, cluster: row.clusterName, files: Object.keys(asked.files) },
  })
  if (!typed || problems.some(isError)) throw new AppError('usecases.plan-has-errors', 422, { problems })
  const { topology } = withSecretMarks(typed, row.clusterName)
  const files = keptFiles.parse(asked.files)
  const given = await findCredential(run.db, asked.credentialId)
  if (!given) throw new AppError('usecases.credential-unknown', 404, { params: { id: asked.credentialId } })
  const key = await deployKey(run, row, topology.global.user)
  const version = normalVersion(asked.version)
  const input: OperationInput = {
    clusterName: row.clusterName,
    version,
    revision: 0,
    deploy: { user: topology.global.user, credentialId: key.id, sudo: 'nopasswd' },
    given: { user: given.username, credentialId: given.id, sudo: given.sudo },
    publicKey: key.publicKey,
    packages: await listPackages(run.db),
    grafanaSecrets: await grafanaSecrets(run, { of: row.clusterName, by: row.askedBy }, topology),
    localTexts: await textsOfFiles(run.db, row.clusterName, files),
    waivers: asked.waivers.map(({ code, host }) => ({ code, ...(host === undefined ? {} : { host }) })),
  }
  const creates: ClusterToBe = {
    ...{ topology, yaml: asked.topology, files, version },
    ...{ deployUser: topology.global.user, credentialId: key.id },
  }
  return { topology, input, creates, problems: problems.filter((problem) => problem.severity !== 'info') }
}

/** The deploy user's key pair; a second plan for the same name uses the first one's. */
const deployKey = async (run: ErrandRun, row: PlanRow, user: string): Promise<{ id: string; publicKey: string }> => {
  const id = `key:${row.clusterName}`
  const there = await findCredential(run.db, id)
  if (there) return { id, publicKey: there.publicKey }
  const made = await generateKey()
  const sealed = run.secrets.sealAtRest(JSON.stringify({ privateKey: made.privateKey }), id)
  const { publicKey, fingerprint } = made
  const name = `${row.clusterName} deploy key`
  await keepCredential(run.db, {
    id,
    name,
    kind: 'generated-key',
    username: user,
    sudo: 'nopasswd',
    publicKey,
    fingerprint,
    sealed,
    createdBy: row.askedBy,
  })
  return { id, publicKey }
}

/** The password of every Grafana: the one that the user typed, sealed before the plan was asked for, else one that is made now. */
export const grafanaSecrets = async (
  run: ErrandRun,
  { of, by }: { of: string; by: string },
  topology: Topology,
): Promise<Record<string, string>> => {
  const names: Record<string, string> = {}
  for (const one of instancesOf(topology).filter(({ component }) => component === 'grafana')) {
    const id = `grafana:${of}:${one.id}`
    names[one.id] = id
    if (await findCredential(run.db, id)) continue
    const sealed = run.secrets.sealAtRest(JSON.stringify({ password: randomBytes(18).toString('base64url') }), id)
    await keepCredential(run.db, { id, name: `Grafana ${one.id}`, kind: 'secret', username: 'admin', sealed, createdBy: by })
  }
  return names
}
