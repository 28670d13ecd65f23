import path from 'node:path'
import { confirmHosts, fetchFromMirror, keepLogins, submitDeploy } from '../lab/connect'
import { createSource } from '../lab/running-cluster'
import { countHosts, freshHosts, type LabHost, removeHosts } from '../support/lab'
import { labMirror } from '../support/lab-mirror'
import { startPanel } from '../support/panel'
import { run, succeeds } from './cluster'
import { test as base, expect } from './fixtures'

export type LabCluster = {
  hosts: readonly LabHost[]
  /** By number from 1. */
  host: (index: number) => LabHost
  address: (index: number) => string
}

const hostCount = 3

/** 3 dm-master and 3 dm-worker on 3 hosts, Prometheus on the first; a worker that is killed is missed after 3 s. */
const topology = (addresses: readonly string[]): string => {
  const at = (of: readonly string[]) => of.map((address) => `  - host: ${address}`)
  return [
    'global: {user: tidb, deploy_dir: /home/tidb/dm/deploy, data_dir: /home/tidb/dm/data}',
    'server_configs: {worker: {keepalive-ttl: 3}}',
    ...['master_servers:', ...at(addresses), 'worker_servers:', ...at(addresses)],
    ...['monitoring_servers:', ...at(addresses.slice(0, 1)), ''],
  ].join('\n')
}

/** Tests in a signed-in browser on a panel whose cluster `lab` runs on lab hosts with the sources mysql-01 and mysql-02; all made by the API. */
export const test = base.extend<object, { lab: LabCluster }>({
  panel: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads here that it builds on no other fixture
    async ({}, use) => {
      const mirror = await labMirror()
      const panel = await startPanel({ env: { DM_PANEL_MIRROR_ROOT: path.dirname(mirror.dir) } })
      await use(panel)
      await panel.stop()
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  lab: [
    async ({ api }, use) => {
      const before = await countHosts()
      const hosts = await freshHosts(hostCount)
      await fetchFromMirror(api, await labMirror())
      const { rootKey } = await keepLogins(api)
      await confirmHosts(api, hosts, rootKey)
      const { job } = await submitDeploy(api, 'lab', { topology: topology(hosts.map((one) => one.address)), credentialId: rootKey })
      await succeeds(api, job)
      await succeeds(api, await run(api, 'lab', 'start'))
      const host = (index: number): LabHost => {
        const found = hosts[index - 1]
        if (!found) throw new Error(`no host ${index}`)
        return found
      }
      for (const id of ['mysql-01', 'mysql-02']) await createSource(host(1).address, id)
      await use({ hosts, host, address: (index) => host(index).address })
      await (before === 0 ? removeHosts() : freshHosts(hostCount))
    },
    { scope: 'worker', timeout: 600_000 },
  ],
})

export { expect }
