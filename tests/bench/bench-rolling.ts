import { planFor, succeeds } from '@/tests/lab/connect'
import { failedElsewhere, pollMasters } from '@/tests/lab/poller'
import { createSource, ownTurns, type RunningCluster, startRunningCluster, threeAndThree } from '@/tests/lab/running-cluster'
import { labAvailable } from '@/tests/support/lab'

/** TiUP's own times for 5 nodes and monitors, in seconds: the WALL lines that were recorded of `tiup dm`. */
const tiupS = { restart: 18.49, upgrade: 46.43, patch: 24.03 } as const

/** Rolling operations on lab hosts, 3 dm-master and 3 dm-worker with two sources: time, requests that failed, nodes' own absence. */
export const benchRolling = async (): Promise<void> => {
  const lab = labAvailable()
  if (!lab.ok) return console.log(`rolling: left out, ${lab.why}`)
  const cluster = await startRunningCluster(threeAndThree)
  try {
    for (const id of ['mysql-01', 'mysql-02']) await createSource(cluster.address(1), id)
    const quick = { rolling: { canary: false } }
    await measure(cluster, 'restart', quick)
    const next = await newerVersion(cluster)
    if (next) await measure(cluster, 'upgrade', { ...quick, version: next })
  } finally {
    await cluster.panel.stop()
  }
}

const newerVersion = async ({ api, mirror }: RunningCluster): Promise<string | undefined> => {
  const [view] = await api.get<{ components: { component: string; platforms: Record<string, string[]> }[] }[]>('/api/mirror')
  const versionsOf = (component: string) => view?.components.find((one) => one.component === component)?.platforms['linux/amd64'] ?? []
  const next = versionsOf('dm-master').find((version) => version > 'v8.5.0' && !version.includes('-'))
  if (!next) return undefined
  const wanted = (view?.components ?? [])
    .filter(({ component }) => versionsOf(component).includes(next))
    .map(({ component }) => ({ component, version: next, os: 'linux', arch: 'amd64' }))
  await api.errand('/api/packages/fetch', { location: mirror.dir, wanted }, 240_000)
  return next
}

const measure = async (cluster: RunningCluster, operation: keyof typeof tiupS, input: unknown): Promise<void> => {
  const { api, address } = cluster
  const poller = pollMasters([1, 2, 3].map((index) => `${address(index)}:8261`))
  const { plan, document } = await planFor(api, 'lab', operation, input)
  const began = Date.now()
  const { id } = await api.run(plan)
  let job = await api.jobIn(id, ['succeeded', 'failed', 'cancelled', 'waiting'])
  while (job.state === 'waiting') {
    const { view } = await api.get<{ view: { question?: { id: string; about: string } } }>(`/api/jobs/${id}`)
    if (view.question?.about !== 'pause') break
    await api.post(`/api/jobs/${id}/answer`, { question: view.question.id, choice: 'continue', reason: 'bench' })
    job = await api.jobIn(id, ['succeeded', 'failed', 'cancelled', 'waiting'])
  }
  const seconds = (Date.now() - began) / 1000
  const done = await succeeds(api, id)
  const polled = await poller.stop()
  const asked = Object.values(polled).reduce((sum, one) => sum + one.asked, 0)
  const away = Object.entries(polled).map(([at, { failed }]) => `${at} ${failed.length}`)
  console.log(
    `${operation}: ${seconds.toFixed(1)} s, ${(seconds / tiupS[operation]).toFixed(2)} of TiUP's recorded ${tiupS[operation]} s; ` +
      `${failedElsewhere(polled, ownTurns(document, done)).length} of ${asked} requests failed outside the node's own turn (${away.join(', ')} in all)`,
  )
}
