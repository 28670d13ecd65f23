import { z } from 'zod'
import { readWhole } from '@/server/dm/dmctl'
import { AppError } from '@/server/domain/app-error'
import { maskAnswer } from '@/server/domain/dmctl/mask'
import type { DmOverview } from '@/server/domain/dmctl/overview'
import { dmctlFor } from '@/server/operations/dmctl-packages'
import { overviewOf } from '@/server/probes/dm-overview'
import { listPackages } from '@/server/store/packages'
import { dmctlAt } from './ask-dmctl'
import type { ErrandRun } from './errand-run'
import { lookAtCluster, reachTo } from './look-at-hosts'
import { existingCluster } from './prepare-existing'

/** Sources with their workers and relay, tasks with lag and errors, locks: by dmctl, so that DM's OpenAPI may be off. Throws dmctl-absent, dmctl-refused, no-package. */
export const readDm = async (run: ErrandRun, raw: unknown): Promise<DmOverview> => {
  const { cluster: name } = z.object({ cluster: z.string() }).parse(raw)
  const { cluster, input } = await existingCluster(run, { clusterName: name })
  const dmctl = dmctlFor(cluster, await listPackages(run.db))
  if (!dmctl) throw new AppError('dmctl.no-package', 409, { params: { version: cluster.version } })
  const at = await dmctlAt(run, { cluster, input, dmctl })
  const [whole, seen] = await Promise.all([
    readWhole({ transport: run.transport, target: at.target, ref: at.ref, how: { seconds: 30 } }),
    lookAtCluster(run, cluster.topology, { login: input.deploy, probes: [{ probe: 'members' }], reach: reachTo(cluster) }),
  ])
  if ('error' in whole) throw new AppError('errands.dmctl-refused', 409, { params: { said: maskAnswer(whole.error) } })
  const { said, bindings, locks } = whole
  return overviewOf(run.now().toISOString(), said.json, { bindings, locks, workers: seen.members?.workers ?? [] })
}
