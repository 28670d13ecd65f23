import type { Locator, Page } from '@playwright/test'
import type { JobRow } from '@/server/domain/api'
import type { ApiClient } from '../support/api-client'
import { expect } from './fixtures'

type Sim = { credentialId: string; version: string }

/** A cluster of one dm-master and one dm-worker on one simulated host. */
export const oneHost = (host: string): string => topology([host], [host])

/** dm-masters and dm-workers on simulated hosts, in folders of their own. */
export const topology = (masters: readonly string[], workers: readonly string[]): string =>
  [
    'global:',
    '  user: tidb',
    '  ssh_port: 22022',
    '  deploy_dir: /home/tidb/dm/deploy',
    '  data_dir: /home/tidb/dm/data',
    'master_servers:',
    ...masters.map((host) => `  - host: ${host}`),
    'worker_servers:',
    ...workers.map((host) => `  - host: ${host}`),
    '',
  ].join('\n')

/** Asks for a deploy over the API and submits it; resolves when the job is queued. */
export const deploy = async (api: ApiClient, sim: Sim, name: string, yaml: string): Promise<JobRow> =>
  run(api, name, 'deploy', { version: sim.version, topology: yaml, credentialId: sim.credentialId, waivers: [] })

/** Makes a plan over the API and submits it; resolves when the job is queued. */
export const run = async (api: ApiClient, name: string, operation: string, input: unknown = { roles: [], nodes: [] }): Promise<JobRow> => {
  const plan = await api.plan(name, operation, input)
  expect(plan, `the plan to ${operation} ${name}`).toMatchObject({ state: 'ready', error: null })
  return api.run(plan)
}

/** A cluster that is deployed and, unless asked otherwise, started. Does nothing when it is there. */
export const clusterOf = async (
  api: ApiClient,
  sim: Sim,
  name: string,
  yaml: string,
  options: { started?: boolean } = {},
): Promise<void> => {
  const known = await api.get<{ name: string }[]>('/api/clusters')
  if (known.some((one) => one.name === name)) return
  await succeeds(api, await deploy(api, sim, name, yaml))
  if (options.started ?? true) await succeeds(api, await run(api, name, 'start'))
}

export const succeeds = async (api: ApiClient, job: JobRow): Promise<void> => {
  const ended = await api.jobIn(job.id, ['succeeded', 'failed', 'cancelled', 'waiting'])
  expect(ended.state, `${job.operation} ${job.cluster}`).toBe('succeeded')
}

/** From the button on the cluster's page, through dialog and review, to the running job. */
export const operate = async (page: Page, verb: 'Start' | 'Stop', cluster: string): Promise<void> => {
  await page.getByRole('button', { name: `${verb}…`, exact: true }).click()
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await runReviewedPlan(page, `${verb} ${cluster}`, cluster)
}

/** Reads a plan's review to its end: consents to warnings, types the name where asked, presses the button named `go`; ends on the job's page. */
export const runReviewedPlan = async (page: Page, go: string, cluster: string): Promise<void> => {
  const button = page.getByRole('button', { name: go, exact: true })
  await expect(button).toBeVisible({ timeout: 90_000 })
  const consent = page.getByText('I have read the warnings and want this')
  if (await consent.isVisible()) await consent.click()
  const name = page.getByLabel(`Type ${cluster} to confirm`)
  if (await name.isVisible()) await name.fill(cluster)
  await button.click()
  await page.waitForURL(/\/jobs\//)
}

/** The word beside a job's title. */
export const jobState = (page: Page, state: string): Locator => page.getByRole('status').filter({ hasText: new RegExp(`^${state}$`) })
