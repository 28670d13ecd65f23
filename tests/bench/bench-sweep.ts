import type { ClusterStatus } from '@/server/domain/display'
import { readCluster } from '@/server/engine/watch-status'
import { findCluster } from '@/server/store/clusters'
import { perform, planNow } from '@/tests/engine/sim-plans'
import { simSite } from './sim-site'

/**
 * Reading the status of 50 and of 500 instances, for the first time (versions and start times too) and again: how much longer ten times
 * the cluster takes.
 */
export const benchSweep = async (): Promise<void> => {
  const took: Record<number, number> = {}
  for (const hosts of [10, 100]) {
    const site = await simSite({
      hosts,
      delayMs: 20,
      yaml: (at, port) => `global: {ssh_port: ${port}, deploy_dir: /dm/deploy, data_dir: /dm/data}
master_servers: [${at.slice(0, 3).map((host) => `{host: ${host}}`)}]
worker_servers: [${at.flatMap((host) => [8262, 8362, 8462, 8562, 8662].map((one) => `{host: ${host}, port: ${one}}`)).slice(0, hosts * 5 - 3)}]
`,
    })
    try {
      for (const operation of ['deploy', 'start'] as const) {
        const plan = await planNow(site, operation, operation === 'deploy' ? { publicKey: site.publicKey } : {})
        const began = performance.now()
        const { end } = await perform(site, plan)
        console.log(
          `${operation} of ${hosts * 5} instances on ${hosts} hosts: ${end} in ${((performance.now() - began) / 1000).toFixed(1)} s`,
        )
      }
      const cluster = await findCluster(site.db, 'dm1')
      if (!cluster) throw new Error('the cluster is not in the books')
      const use = { transport: site.transport, clock: site.clock }
      const read = (before?: ClusterStatus) => readCluster(use, { ...cluster, credentialId: 'credential-deploy' }, before)
      const began = performance.now()
      const first = await read()
      const firstMs = performance.now() - began
      const again = performance.now()
      for (let i = 0; i < 3; i++) await read(first)
      took[hosts] = (performance.now() - again) / 3
      const words = new Map<string, number>()
      for (const { status } of first.rows) words.set(String(status.value), (words.get(String(status.value)) ?? 0) + 1)
      console.log(
        `sweep of ${first.rows.length} instances: ${firstMs.toFixed(0)} ms the first time, ${took[hosts]?.toFixed(0)} ms then (${[...words].map(([word, n]) => `${n} ${word}`).join(', ')})`,
      )
    } finally {
      await site.close()
    }
  }
  console.log(`sweep of 500 against 50: ${((took[100] ?? 0) / (took[10] ?? 1)).toFixed(1)} times as long`)
}
