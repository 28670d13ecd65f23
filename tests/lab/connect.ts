/** From a new panel to lab hosts that can be deployed to, by the API alone. */
import { expect } from 'vitest'
import type { z } from 'zod'
import type { confirmKeys, credentialRow, JobRow, mirrorView, packageRow, probedHost } from '@/server/domain/api'
import type { JobView } from '@/server/domain/job'
import type { Plan } from '@/server/domain/plan'
import type { ApiClient } from '@/tests/support/api-client'
import { type LabHost, labCredentials, labPrivateKey } from '@/tests/support/lab'
import type { LabMirror } from '@/tests/support/lab-mirror'

export type Probed = z.infer<typeof probedHost>
export type Logins = { rootKey: string; adminSudo: string }

export const labVersion = 'v8.5.0'

/** Reads the mirror, confirms its root, and fetches every package of one version of DM and all monitoring. */
export const fetchFromMirror = async (api: ApiClient, mirror: LabMirror): Promise<void> => {
  const location = mirror.dir
  const seen = await api.errand<{ fingerprint: string; confirmed: boolean }>('/api/mirror', { location })
  expect(seen).toMatchObject({ fingerprint: mirror.fingerprint, confirmed: false })
  await api.post('/api/mirror/confirm', { location, fingerprint: seen.fingerprint })
  const [view] = await api.get<z.infer<typeof mirrorView>[]>('/api/mirror')
  const wanted = (view?.components ?? []).flatMap(({ component, platforms }) => {
    const versions = platforms['linux/amd64'] ?? []
    const chosen = versions.includes(labVersion) ? [labVersion] : versions
    return chosen.map((version) => ({ component, version, os: 'linux', arch: 'amd64' }))
  })
  expect(wanted.length).toBeGreaterThanOrEqual(8)
  await api.errand('/api/packages/fetch', { location, wanted }, 240_000)
  const kept = await api.get<z.infer<typeof packageRow>[]>('/api/packages')
  expect(kept.map(({ component }) => component)).toEqual(expect.arrayContaining(wanted.map(({ component }) => component)))
}

/** Two logins: root by key, and admin by password with a sudo that asks for it. */
export const keepLogins = async (api: ApiClient): Promise<Logins> => {
  const { root, admin } = labCredentials
  const byKey = { name: 'root key', username: root.user, sudo: 'root', privateKey: labPrivateKey() }
  const bySudo = { name: 'admin', username: admin.user, sudo: 'password', password: admin.password }
  const [rootKey, adminSudo] = await Promise.all(
    [byKey, bySudo].map((given) => api.post<z.infer<typeof credentialRow>>('/api/credentials', given)),
  )
  return { rootKey: rootKey?.id ?? '', adminSudo: adminSudo?.id ?? '' }
}

/** Shows the hosts' keys, confirms them, and logs in. A host that was made anew has another key, which is replaced. */
export const confirmHosts = async (api: ApiClient, hosts: readonly LabHost[], credentialId: string): Promise<Probed[]> => {
  const ask = { hosts: hosts.map(({ address, port }) => ({ address, port })), credentialId }
  const shown = await api.errand<Probed[]>('/api/hosts/probe', ask)
  const keys = shown.filter(({ state }) => state !== 'pinned')
  if (keys.length === 0) return shown
  expect(keys.map(({ login }) => login)).toEqual(keys.map(() => 'not-tried'))
  const confirm: z.input<typeof confirmKeys> = {
    keys: keys.map(({ address, port, keyType, key }) => ({ address, port, keyType, key })),
    replace: keys.some(({ state }) => state === 'changed'),
  }
  await api.post('/api/host-keys', confirm)
  return api.errand<Probed[]>('/api/hosts/probe', ask)
}

/** Plans a deploy and submits it; every problem of the preflight is at most a warning. */
export const submitDeploy = async (
  api: ApiClient,
  cluster: string,
  given: { topology: string; credentialId: string; files?: Record<string, string> },
) => {
  const plan = await api.plan(cluster, 'deploy', { version: labVersion, waivers: [], ...given })
  expect(plan.problems.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(plan).toMatchObject({ state: 'ready', error: null })
  return { plan: plan.document as Plan, job: await api.run(plan) } // the document of a ready plan
}

/** Plans an operation on a cluster that is there; no problem is an error. */
export const planFor = async (api: ApiClient, cluster: string, operation: string, input: unknown = {}) => {
  const plan = await api.plan(cluster, operation, input)
  expect(plan.problems.filter(({ severity }) => severity === 'error')).toEqual([])
  expect(plan).toMatchObject({ state: 'ready', error: null })
  return { plan, document: plan.document as Plan } // the document of a ready plan
}

export type JobDetail = JobRow & { view: JobView }
const ends = ['succeeded', 'failed', 'cancelled', 'waiting']

/** The job when it has ended or asks something. */
export const jobAfter = async (api: ApiClient, id: string): Promise<JobDetail> => {
  await api.jobIn(id, ends)
  return api.get<JobDetail>(`/api/jobs/${id}`)
}

/** Waits for the job's success; its log is the message when it does not succeed. */
export const succeeds = async (api: ApiClient, id: string): Promise<JobDetail> => {
  const job = await jobAfter(api, id)
  if (job.state === 'succeeded') return job
  throw new Error(`job ${job.number} (${job.operation}) is ${job.state}:\n${JSON.stringify(job.view.question)}\n${await logOf(api, id)}`)
}

export const logOf = async (api: ApiClient, id: string): Promise<string> => (await api.send('GET', `/api/jobs/${id}/log`)).text()

/** Answers the question that the job waits on. */
export const answer = (api: ApiClient, job: JobDetail, choice: string): Promise<JobRow> =>
  api.post(`/api/jobs/${job.id}/answer`, { question: job.view.question?.id, choice, reason: 'lab' })
