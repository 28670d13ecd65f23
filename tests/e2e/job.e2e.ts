import { readFile } from 'node:fs/promises'
import type { ApiClient } from '../support/api-client'
import { until } from '../support/panel'
import { clusterOf, deploy, jobState, oneHost, run } from './cluster'
import { expect, stateOf, test } from './fixtures'

test.use({ site: 'job' })

const plan = (page: import('@playwright/test').Page) => page.getByRole('list', { name: 'Plan' })
const rowsOf = async (page: import('@playwright/test').Page): Promise<string[]> =>
  (await plan(page).getByRole('listitem').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').replace(/[\d.]+ m?s?$/, ''))

/** Waits until a job has begun a number of steps. */
const inMidJob = (api: ApiClient, id: string, steps = 3): Promise<void> =>
  until(async () => (await journal(api, id)).filter(({ kind }) => kind === 'done').length >= steps, 60_000)
const journal = (api: ApiClient, id: string) =>
  api.get<{ seq: number; at: string; kind: string; step?: string }[]>(`/api/jobs/${id}/journal?limit=5000`)

test('a runner killed in mid-job: reload and a second browser see the same, the job goes on by itself', async ({
  page,
  browser,
  panel,
  api,
  sim,
}) => {
  const job = await deploy(api, sim, 'killed', oneHost(panel.hosts[3] ?? ''))
  await page.goto(`/jobs/${job.id}`)
  await inMidJob(api, job.id)
  panel.kill('runner')
  await expect(jobState(page, 'running')).toBeVisible()
  await page.reload()
  await expect(page.getByText(/taken up again (once|\d+ times)/)).toBeVisible({ timeout: 60_000 })
  await expect(jobState(page, 'succeeded')).toBeVisible({ timeout: 90_000 })

  const entries = await journal(api, job.id)
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1))
  const ended = entries.filter(({ kind }) => kind === 'done' || kind === 'already').map(({ step }) => step)
  expect(new Set(ended).size, 'no step ends twice').toBe(ended.length)

  const other = await browser.newContext({ baseURL: panel.url, storageState: stateOf(api) })
  const second = await other.newPage()
  await second.goto(`/jobs/${job.id}`)
  await expect(jobState(second, 'succeeded')).toBeVisible()
  expect(await rowsOf(second)).toEqual(await rowsOf(page))
  expect((await rowsOf(page)).length).toBeGreaterThan(2)
  await other.close()
})

test('a step that fails says why, and succeeds when it is tried again', async ({ page, panel, api, sim }) => {
  const host = panel.hosts[4] ?? ''
  await clusterOf(api, sim, 'faulty', oneHost(host), { started: false })
  panel.fault(host, 'fail-start dm-worker-8262')
  const job = await run(api, 'faulty', 'start')
  await page.goto(`/jobs/${job.id}`)
  await expect(jobState(page, 'waiting for you')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('alert').filter({ hasText: 'A step failed. What now?' })).toBeVisible()
  await expect(
    plan(page)
      .getByText(/exit-code/)
      .first(),
  ).toBeVisible()
  await expect(plan(page).getByText('What it said last')).toBeVisible()
  await expect(plan(page).getByRole('button', { name: /dm-worker.log/ })).toBeVisible()
  panel.fault(host)
  await page.getByRole('button', { name: 'Retry' }).click()
  await expect(jobState(page, 'succeeded')).toBeVisible({ timeout: 60_000 })
})

test('a failed step is skipped only with a reason, which the log keeps', async ({ page, panel, api, sim }) => {
  const host = panel.hosts[5] ?? ''
  await clusterOf(api, sim, 'skipped', oneHost(host), { started: false })
  panel.fault(host, 'fail-start dm-worker-8262')
  const job = await run(api, 'skipped', 'start')
  await page.goto(`/jobs/${job.id}`)
  await page.getByRole('button', { name: 'Skip with reason…' }).click({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Do it' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'Write a reason' })).toBeVisible()
  await page.getByLabel('Why?').fill('its host goes away today')
  await page.getByRole('button', { name: 'Do it' }).click()
  await expect(page.getByRole('log').getByText(/skipped by .*: its host goes away today/)).toBeVisible({ timeout: 30_000 })
  const again = page.getByRole('button', { name: 'Continue anyway…' })
  const ended = page.getByRole('status').filter({ hasText: /^(succeeded|failed)$/ })
  await expect(again.or(ended)).toBeVisible({ timeout: 90_000 })
  panel.fault(host)
  const record = await api.get<{ records: { what: string }[] }>('/api/audit?search=skip')
  expect(record.records.length).toBeGreaterThan(0)
})

test('a job is cancelled before its next step, after a question', async ({ page, panel, api, sim }) => {
  const job = await deploy(api, sim, 'cancelled', oneHost(panel.hosts[6] ?? ''))
  await page.goto(`/jobs/${job.id}`)
  await page.getByRole('button', { name: 'Cancel…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Cancel this job?' })
  await expect(dialog.getByText('What is done stays done')).toBeVisible()
  await dialog.getByRole('button', { name: 'Keep it running' }).click()
  await expect(dialog).toBeHidden()
  await page.getByRole('button', { name: 'Cancel…' }).click()
  await dialog.getByRole('button', { name: 'Cancel the job' }).click()
  await expect(jobState(page, 'cancelled')).toBeVisible({ timeout: 60_000 })
  await page.getByRole('link', { name: 'Remove what was done…' }).click()
  await expect(page.getByRole('dialog', { name: /Remove the unfinished deploy of cancelled/ })).toBeVisible()
})

test('the log of a job: found, linked to, downloaded whole', async ({ page, panel, api, sim }) => {
  await clusterOf(api, sim, 'logged', oneHost(panel.hosts[7] ?? ''), { started: false })
  const jobs = await api.get<{ id: string; cluster: string; operation: string }[]>('/api/jobs?limit=200')
  const job = jobs.find((one) => one.cluster === 'logged' && one.operation === 'deploy')
  await page.goto(`/jobs/${job?.id}`)
  const log = page.getByRole('log')
  await expect(log.getByText('job succeeded')).toBeVisible()
  await page.getByRole('searchbox', { name: 'Find in the log' }).fill('taken by')
  await expect(page.getByText('1 of 1', { exact: true })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(log.getByText(/taken by/)).toBeVisible()
  await page.getByRole('searchbox', { name: 'Find in the log' }).fill('no line holds this')
  await expect(page.getByText('not found', { exact: true })).toBeVisible()

  await page.goto(`/jobs/${job?.id}#L2`)
  await expect(log.getByRole('link', { name: '2', exact: true })).toBeInViewport()

  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download the log' }).click()])
  const text = await readFile(await download.path(), 'utf8')
  const entries = await journal(api, job?.id ?? '')
  expect(entries.length).toBeGreaterThan(20)
  const lines = text.split('\n')
  for (const { at, step, kind } of entries)
    expect(lines.some((line) => line.startsWith(`${at} ${step ?? ''}`) && line.includes(kind))).toBe(true)
})
