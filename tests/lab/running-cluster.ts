import path from 'node:path'
import type { ClusterDetail } from '@/server/domain/api'
import type { Plan } from '@/server/domain/plan'
import type { ApiClient } from '@/tests/support/api-client'
import { type ApiPanel, startApiPanel } from '@/tests/support/api-panel'
import { freshHosts, type LabHost } from '@/tests/support/lab'
import { type LabMirror, labMirror } from '@/tests/support/lab-mirror'
import { until } from '@/tests/support/panel'
import { confirmHosts, fetchFromMirror, type JobDetail, keepLogins, type Logins, planFor, submitDeploy, succeeds } from './connect'
import { giveAlertmanagerItsTemplates } from './on-host'
import type { OwnTurn } from './poller'

/** A panel with a cluster that runs on new lab hosts, for tests of what is done to a running one. */
export type RunningCluster = {
  panel: ApiPanel
  api: ApiClient
  name: string
  hosts: LabHost[]
  logins: Logins
  mirror: LabMirror
  /** By number from 1. */
  host: (index: number) => LabHost
  address: (index: number) => string
  /** Plans, submits with consent, and waits for success. */
  perform: (operation: string, input?: unknown) => Promise<{ job: JobDetail; plan: Plan }>
  detail: () => Promise<ClusterDetail>
  statuses: (role: string) => Promise<string[]>
}
type Wanted = {
  name: string
  hosts: LabHost[]
  topology: (hosts: readonly LabHost[]) => string
  before?: (hosts: readonly LabHost[]) => Promise<void>
}
type Site = Pick<RunningCluster, 'panel' | 'api' | 'logins' | 'mirror'>

/** Of a cluster `lab`. `before`: looks at the hosts as they are before the deploy. `settings`: of the panel's environment. */
export const startRunningCluster = async (
  topology: (hosts: readonly LabHost[]) => string,
  count = 6,
  before?: (hosts: readonly LabHost[]) => Promise<void>,
  settings: Record<string, string> = {},
): Promise<RunningCluster> => {
  const mirror = await labMirror()
  const booting = freshHosts(count)
  booting.catch(() => undefined) // its error is met below, after the panel's
  const panel = await startApiPanel({ DM_PANEL_MIRROR_ROOT: path.dirname(mirror.dir), ...settings })
  try {
    await fetchFromMirror(panel.api, mirror)
    const site: Site = { panel, api: panel.api, logins: await keepLogins(panel.api), mirror }
    const hosts = await booting
    return await runCluster(site, { name: 'lab', hosts, topology, ...(before && { before }) })
  } catch (error) {
    await panel.stop()
    throw error
  }
}

/** Deploys a cluster on new hosts by a panel that runs, starts it, and waits until its workers are free. Alertmanager may be on the first host. */
const runCluster = async (site: Site, { name, hosts, topology, before }: Wanted): Promise<RunningCluster> => {
  const { api, logins } = site
  const host = (index: number): LabHost => {
    const found = hosts[index - 1]
    if (!found) throw new Error(`no host ${index}`)
    return found
  }
  const perform = async (operation: string, input: unknown = {}) => {
    const { plan, document } = await planFor(api, name, operation, input)
    return { job: await succeeds(api, (await api.run(plan)).id), plan: document }
  }
  const detail = () => api.get<ClusterDetail>(`/api/clusters/${name}`)
  const statuses = async (role: string) =>
    ((await detail()).status?.rows ?? [])
      .filter((row) => row.role === role)
      .map(({ status }) => status.value)
      .toSorted()
  await giveAlertmanagerItsTemplates(host(1))
  await confirmHosts(api, hosts, logins.rootKey)
  await before?.(hosts)
  const { job } = await submitDeploy(api, name, { topology: topology(hosts), credentialId: logins.rootKey })
  await succeeds(api, job.id)
  await perform('start')
  const stopWatching = api.watch(name)
  await until(async () => (await statuses('dm-worker')).every((status) => status === 'Free'), 30_000)
  stopWatching()
  return { ...site, name, hosts, host, address: (index) => host(index).address, perform, detail, statuses }
}

/** 3 dm-master on hosts 1 to 3, dm-worker on 4 to 6, monitors on 1; small for tests. */
export const threeAndThree = (hosts: readonly LabHost[]): string => {
  const at = (from: number, to: number) => hosts.slice(from - 1, to).map(({ address }) => `  - host: ${address}`)
  return [
    'global: {user: tidb, deploy_dir: /home/tidb/dm/deploy, data_dir: /home/tidb/dm/data}',
    ...['master_servers:', ...at(1, 3), 'worker_servers:', ...at(4, 6)],
    ...['monitoring_servers:', ...at(1, 1), 'grafana_servers:', ...at(1, 1), 'alertmanager_servers:', ...at(1, 1)],
    '',
  ].join('\n')
}

/** Creates a source by DM-master's gateway; a free worker takes it. */
export const createSource = async (master: string, id: string, password = ''): Promise<void> => {
  const config = `source-id: ${id}\nfrom: {host: 127.0.0.1, port: 3306, user: root, password: "${password}"}\n`
  const answer = await fetch(`http://${master}:8261/apis/v1alpha1/sources`, {
    method: 'PUT',
    body: JSON.stringify({ op: 1, config: [config] }),
  })
  const text = await answer.text()
  if (answer.status !== 200 || !/"result":\s*true/.test(text)) throw new Error(`source ${id}: HTTP ${answer.status} ${text}`)
}

/** Worker → source, of those that hold one, as DM lists them now. */
export const bindingsAt = async (master: string): Promise<Record<string, string>> => {
  const answer = await fetch(`http://${master}:8261/apis/v1alpha1/members?worker=true`)
  const { members } = (await answer.json()) as { members: { worker?: { workers: { name: string; source: string; stage: string }[] } }[] } // recorded 05
  const workers = members.flatMap(({ worker }) => worker?.workers ?? [])
  return Object.fromEntries(workers.filter(({ source }) => source !== '').map(({ name, source }) => [name, source]))
}

/** When each master had its turn, for the poller. */
export const ownTurns = (plan: Plan, job: JobDetail): OwnTurn[] =>
  plan.phases.flatMap(({ lanes }) =>
    lanes.flatMap(({ id, instance }) => {
      const { startedAt, endedAt } = job.view.lanes[id] ?? {}
      if (!instance || !startedAt || !endedAt) return []
      return [{ address: instance, fromMs: Date.parse(startedAt), toMs: Date.parse(endedAt) }]
    }),
  )
