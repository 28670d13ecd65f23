import { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import type { CheckRow } from '@/server/domain/check-row'
import { reachInput, reachOf } from '@/server/domain/ssh-client'
import { hostsOf } from '@/server/domain/topology/instances'
import { normalVersion } from '@/server/domain/topology/names'
import { parseTopology } from '@/server/domain/topology/parse'
import { deploy } from '@/server/operations/deploy'
import type { OperationInput } from '@/server/operations/input'
import { preflight } from '@/server/operations/preflight'
import { findCredential } from '@/server/store/credentials'
import { listPackages } from '@/server/store/packages'
import { jumpProblems } from '@/server/usecases/jump-problems'
import type { ErrandRun } from './errand-run'
import { lookAtHosts, targetOf } from './look-at-hosts'

const asked = z.object({
  ...{ cluster: z.string(), version: z.string(), topology: z.string(), credentialId: z.string() },
  reach: reachInput.default({}),
})

/** The preflight report of a cluster that is to be. Changes nothing; may be run again at any time. */
export const preflightHosts = async (run: ErrandRun, raw: unknown): Promise<CheckRow[]> => {
  const { cluster, version, topology: yaml, credentialId, reach: wanted } = asked.parse(raw)
  const { topology, problems } = parseTopology(yaml)
  if (!topology) throw new AppError('usecases.plan-has-errors', 422, { problems })
  const credential = await findCredential(run.db, credentialId)
  if (!credential) throw new AppError('usecases.credential-unknown', 404, { params: { id: credentialId } })
  const given = { user: credential.username, credentialId, sudo: credential.sudo }
  const input: OperationInput = {
    clusterName: cluster,
    version: normalVersion(version),
    revision: 0,
    deploy: { user: topology.global.user, credentialId: '', sudo: 'nopasswd' },
    given,
    // The key is made with the plan; the report does not ask for it.
    publicKey: '',
    packages: await listPackages(run.db),
  }
  const needs = deploy.needs(topology, input)
  const reach = reachOf(wanted, {}, topology.global.ssh_type)
  const astray = await jumpProblems(run.db, reach.jump ?? [], { kept: true })
  if (astray.length > 0) throw new AppError('usecases.jump-refused', 422, { problems: astray })
  const looks = await lookAtHosts(
    run,
    hostsOf(topology).map((host) => ({ target: targetOf(host, given, reach), probes: needs.host[host.hostId] ?? [] })),
  )
  const hosts = Object.fromEntries(Object.entries(looks).flatMap(([host, look]) => (look.lost ? [] : [[host, look.facts]])))
  return preflight(topology, { hosts }, input).map((row) => {
    const lost = looks[row.host]?.lost
    return lost && row.code === 'preflight.reach' ? { ...row, seen: `${lost.code}: ${lost.detail}` } : row
  })
}
