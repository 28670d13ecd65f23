import { z } from 'zod'
import type { ClusterReport } from '@/server/domain/check-row'
import { hostsOf } from '@/server/domain/topology/instances'
import { clusterCheckNeeds, checkCluster as reportOf } from '@/server/operations/check-cluster'
import { dmctlFor } from '@/server/operations/dmctl-packages'
import { listPackages } from '@/server/store/packages'
import { listUnapplied } from '@/server/store/unapplied'
import { grafanaSecretsOf } from '@/server/usecases/grafana-secrets'
import type { ErrandRun } from './errand-run'
import { lookAtCluster, lookAtHosts, reachTo, targetOf } from './look-at-hosts'
import { existingCluster } from './prepare-existing'
import { verifyBinaries } from './verify-binaries'

/** The report of a running cluster: hosts, files, units, ports, members, tasks, programs, network. Changes nothing. Throws cluster-unknown. */
export const checkCluster = async (run: ErrandRun, raw: unknown): Promise<ClusterReport> => {
  const { cluster: name } = z.object({ cluster: z.string() }).parse(raw)
  const { cluster, input: base } = await existingCluster(run, { clusterName: name })
  const packages = await listPackages(run.db)
  const dmctl = dmctlFor(cluster, packages)
  const input = { ...base, packages, grafanaSecrets: await grafanaSecretsOf(run.db, cluster), ...(dmctl && { dmctl }) }
  const { topology } = cluster
  const needs = clusterCheckNeeds(topology, input)
  const reach = reachTo(cluster)
  const [looks, seen, binaries, unapplied] = await Promise.all([
    lookAtHosts(
      run,
      hostsOf(topology).map((host) => ({ target: targetOf(host, input.deploy, reach), probes: needs.host[host.hostId] ?? [] })),
    ),
    lookAtCluster(run, topology, { login: input.deploy, probes: needs.cluster, reach }),
    verifyBinaries(run, { cluster: name }),
    listUnapplied(run.db, name),
  ])
  const hosts = Object.fromEntries(Object.entries(looks).flatMap(([host, look]) => (look.lost ? [] : [[host, look.facts]])))
  const rows = reportOf(topology, { hosts, cluster: seen }, input, {
    binaries: binaries.rows,
    unapplied: unapplied.map(({ instance }) => instance),
  })
  return {
    at: run.now().toISOString(),
    rows: rows.map((row) => {
      const lost = looks[row.host]?.lost
      return lost && row.code === 'preflight.reach' ? { ...row, seen: `${lost.code}: ${lost.detail}` } : row
    }),
  }
}
