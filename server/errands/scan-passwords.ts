import { type PasswordsSeen, passwordsSeen } from '@/server/dm/encrypted-passwords'
import { exportFiles } from '@/server/dm/read-export'
import type { PackageInfo } from '@/server/domain/package'
import { hostsOf } from '@/server/domain/topology/instances'
import type { OperationInput } from '@/server/operations/input'
import { dmctlHost, dmctlRef } from '@/server/operations/sources'
import { readKept, runDmctl } from '@/server/probes/dmctl-script'
import { LinkLost } from '@/server/remote/transport'
import { pathAbsentScript } from '@/server/steps/path-absent'
import { bash, longMs, shortMs } from '@/server/steps/script'
import { idHash, panelRoot } from '@/server/steps/staging'
import type { ClusterWithTopology } from '@/server/store/clusters'
import { bringPackage } from './ask-tasks'
import type { ErrandRun } from './errand-run'
import { targetOf } from './look-at-hosts'

/**
 * Whether passwords of sources and tasks are encrypted, and whether a key opens them: asked of a real export, for DM's API masks them. The
 * export lies on the host for that moment as root's, 0600, and is opened in this process's memory only. `unknown`: why it could not be seen.
 */
export const scanPasswords = async (
  run: ErrandRun,
  cluster: ClusterWithTopology,
  { input, dmctl, key }: { input: OperationInput; dmctl: PackageInfo; key: string | undefined },
): Promise<PasswordsSeen | { unknown: string }> => {
  const ref = dmctlRef(cluster.topology, { ...input, dmctl })
  const host = hostsOf(cluster.topology).find(({ hostId }) => hostId === dmctlHost(cluster.topology))
  if (!ref || !host) return { unknown: 'no dm-master' }
  const target = targetOf(host, input.deploy, input)
  const kept = `${panelRoot}/exports/${idHash(`review ${cluster.name}`)}.tar.gz`
  const root = (argv: readonly string[], deadlineMs: number) => run.transport.run(target, { argv, as: 'root', deadlineMs })
  try {
    const why = await bringPackage(run, target, dmctl)
    if (why !== undefined) return { unknown: why }
    try {
      const ran = await root(runDmctl(ref, [{ do: 'config-export', dir: 'out' }], { keep: kept, seconds: 60 }), longMs)
      if (ran.exitCode !== 0) return { unknown: ran.stderr.trim().split('\n').at(-1) || `dmctl ended with ${ran.exitCode}` }
      const read = await root(readKept(kept), shortMs)
      const files = await exportFiles(Buffer.from(read.stdout, 'base64'))
      return 'unreadable' in files ? { unknown: files.unreadable } : passwordsSeen(files.files, key)
    } finally {
      await root(bash(pathAbsentScript, kept, 'all'), shortMs)
    }
  } catch (error) {
    if (error instanceof LinkLost) return { unknown: error.message }
    throw error
  }
}
