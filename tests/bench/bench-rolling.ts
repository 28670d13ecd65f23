import type { Entry } from '@/server/domain/journal'
import type { Plan } from '@/server/domain/plan'
import { addToOutages, noOutages } from '@/server/domain/replication-pause'
import { type JobDetail, planFor, succeeds } from '@/tests/lab/connect'
import { failedElsewhere, pollMasters } from '@/tests/lab/poller'
import { createSource, ownTurns, type RunningCluster, startRunningCluster, threeAndThree } from '@/tests/lab/running-cluster'
import { labAvailable } from '@/tests/support/lab'

/** TiUP's own times for 5 nodes and monitors, in seconds: the WALL lines that were recorded of `tiup dm` (patch: both components). */
const tiupS = { restart: 18.49, patch: 24.03, upgrade: 46.43 } as const

/** Rolling operations on lab hosts, 3 dm-master and 3 dm-worker with two sources: time, failed requests, how long what was away, bytes. */
export const benchRolling = async (): Promise<void> => {
  const lab = labAvailable()
  if (!lab.ok) return console.log(`rolling: left out, ${lab.why}`)
  const cluster = await startRunningCluster(threeAndThree)
  try {
    for (const id of ['mysql-01', 'mysql-02']) await createSource(cluster.address(1), id)
    const quick = { rolling: { canary: false } }
    await measure(cluster, 'restart', quick)
    const next = await fetchNewer(cluster)
    if (!next) return
    const packages = await cluster.api.get<{ sha256: string; component: string; version: string }[]>('/api/packages')
    const both = packages.filter(({ component, version }) => version === next && (component === 'dm-master' || component === 'dm-worker'))
    await measure(cluster, 'patch', { ...quick, packages: both.map(({ sha256 }) => sha256) })
    await measure(cluster, 'upgrade', { ...quick, version: next })
  } finally {
    await cluster.panel.stop()
  }
}

/** The newest release of the mirror above the cluster's own, with all its packages in the store. */
const fetchNewer = async ({ api, mirror }: RunningCluster): Promise<string | undefined> => {
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

const ends = ['succeeded', 'failed', 'cancelled', 'waiting']

const measure = async (cluster: RunningCluster, operation: keyof typeof tiupS, input: unknown): Promise<void> => {
  const { api, address } = cluster
  const poller = pollMasters([1, 2, 3].map((index) => `${address(index)}:8261`))
  const { plan, document } = await planFor(api, 'lab', operation, input)
  const began = Date.now()
  const { id } = await api.run(plan)
  for (let job = await api.jobIn(id, ends); job.state === 'waiting'; job = await api.jobIn(id, ends)) {
    const { view } = await api.get<JobDetail>(`/api/jobs/${id}`)
    if (view.question?.about !== 'pause') break
    await api.post(`/api/jobs/${id}/answer`, { question: view.question.id, choice: 'continue', reason: 'bench' })
  }
  const seconds = (Date.now() - began) / 1000
  const done = await succeeds(api, id)
  const polled = await poller.stop()
  const asked = Object.values(polled).reduce((sum, one) => sum + one.asked, 0)
  const elsewhere = failedElsewhere(polled, ownTurns(document, done)).length
  console.log(`${operation}: ${seconds.toFixed(1)} s, ${(seconds / tiupS[operation]).toFixed(2)} of TiUP's recorded ${tiupS[operation]} s`)
  console.log(`  requests to masters that failed outside the node's own turn: ${elsewhere} of ${asked} (goal 0)`)
  console.log(`  away, in seconds: ${(await awayIn(cluster, id, document)).join(', ') || 'nothing'}`)
  console.log(`  longest, in seconds: ${(await longestIn(cluster, id)).join(', ')}`)
  console.log(`  MiB sent to each host: ${sentTo(document, done).join(', ') || 'none'}`)
}

const awayIn = async ({ api }: RunningCluster, jobId: string, plan: Plan): Promise<string[]> => {
  const entries = await api.get<Entry[]>(`/api/jobs/${jobId}/journal?limit=5000`)
  const { found } = entries.reduce(addToOutages, noOutages(plan))
  return found.map(({ of, subject, startedAt, endedAt }) => {
    const seconds = endedAt ? ((Date.parse(endedAt) - Date.parse(startedAt)) / 1000).toFixed(1) : 'to the end'
    return `${of} ${subject} ${seconds}`
  })
}

/** Where the time goes: seconds between one entry of the journal and the next, by what the later one ends. */
const longestIn = async ({ api }: RunningCluster, jobId: string): Promise<string[]> => {
  const entries = await api.get<Entry[]>(`/api/jobs/${jobId}/journal?limit=5000`)
  const sums = new Map<string, number>()
  for (const [i, entry] of entries.entries()) {
    const before = entries[i - 1]
    if (!before) continue
    const of = `${entry.kind}${entry.step ? ` ${entry.step.split('/')[2]}` : ''}`
    sums.set(of, (sums.get(of) ?? 0) + (Date.parse(entry.at) - Date.parse(before.at)) / 1000)
  }
  const longest = [...sums].toSorted(([, a], [, b]) => b - a).slice(0, 12)
  return longest.map(([of, seconds]) => `${of} ${seconds.toFixed(1)}`)
}

const sentTo = (plan: Plan, { view }: JobDetail): string[] =>
  Object.keys(plan.hosts).flatMap((host) => {
    const sent = plan.phases
      .flatMap(({ lanes }) => lanes.flatMap(({ steps }) => steps))
      .filter((step) => step.kind === 'package-cached' && step.host === host && view.steps[step.id]?.state === 'done')
      .reduce((sum, step) => sum + (step.kind === 'package-cached' ? step.sizeBytes : 0), 0)
    return sent === 0 ? [] : [`${host} ${(sent / 2 ** 20).toFixed(0)}`]
  })
