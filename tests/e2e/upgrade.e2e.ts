import { clusterOf, runReviewedPlan, topology } from './cluster'
import { expect, test } from './fixtures'
import { continueToEnd, looksRight } from './looks'

test.use({ site: 'upgrade' })

test('upgrade from the browser: target, what runs, backup, pauses, the end; then it is made final', async ({ page, panel, api, sim }) => {
  test.setTimeout(300_000)
  const [a = '', b = '', c = '', d = '', e = ''] = panel.hosts
  await clusterOf(api, sim, 'raised', topology([a, b, c], [d, e]))
  await page.goto('/clusters/raised')
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Upgrade…' }).click()
  await expect(page.getByRole('table', { name: 'Versions at hand' })).toBeVisible({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Next: What runs now' }).click()
  await page.getByRole('button', { name: 'Choose a version.', exact: true }).click()
  await expect(page.getByLabel('Version', { exact: true })).toBeFocused()
  await page.keyboard.type('8.4.0')
  await expect(page.getByRole('button', { name: 'Neither the store nor a confirmed mirror has v8.4.0.', exact: true })).toBeVisible()
  await page.getByRole('radio', { name: 'Choose v8.5.1' }).check()
  await expect(page.getByText('v8.5.0 → v8.5.1').first()).toBeVisible()
  await looksRight(page, 'upgrade, target')
  await page.getByRole('button', { name: 'Next: What runs now' }).click()
  const now = page.getByRole('table', { name: 'What runs now' })
  await expect(now.getByRole('row', { name: new RegExp(`${a}:8261 dm-master .*v8\\.5\\.0 v8\\.5\\.1`) })).toBeVisible({ timeout: 30_000 })
  await looksRight(page, 'upgrade, what runs')
  await page.getByRole('button', { name: 'Next: Order, gates, backup' }).click()
  await expect(page.getByText('By dmctl v8.5.0')).toBeVisible()
  await page.getByRole('checkbox', { name: 'Export sources and tasks first' }).uncheck({ force: true })
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await expect(page.getByRole('button', { name: 'Say why there is no backup.', exact: true })).toBeVisible()
  await page.getByRole('checkbox', { name: 'Export sources and tasks first' }).check({ force: true })
  await looksRight(page, 'upgrade, how')
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await expect(page.getByRole('button', { name: 'Upgrade raised', exact: true })).toBeVisible({ timeout: 90_000 })
  await looksRight(page, 'upgrade, review')
  await runReviewedPlan(page, 'Upgrade raised', 'raised')
  expect(await continueToEnd(page), 'the first master, before the last one, the first worker').toBe(3)

  await page.goto('/clusters/raised/rollback')
  await expect(page.getByText('A master of v8.5.1 has led: DM has changed its metadata.')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText('Exports of sources and tasks')).toBeVisible()
  await looksRight(page, 'roll back, an open upgrade')
  await page.getByRole('radio', { name: /the upgrade to v8.5.1 is good/ }).check()
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await runReviewedPlan(page, 'Finalise raised', 'raised')
  await continueToEnd(page)
  await page.goto('/clusters/raised/ledger')
  await expect(page.getByRole('row', { name: new RegExp(`${a}:8261 dm-master v8\\.5\\.1 .*upgrade`) })).toBeVisible()
})

test('the way back after the new version has led: fresh folders, the name typed, then what was left is given up', async ({
  page,
  panel,
  api,
  sim,
}) => {
  test.setTimeout(300_000)
  const [, , , , , , g = '', h = ''] = panel.hosts
  await clusterOf(api, sim, 'returned', topology([g], [h]))
  const plan = await api.plan('returned', 'upgrade', { version: 'v8.5.1', rolling: { canary: false } })
  const job = await api.run(plan)
  expect((await api.jobIn(job.id, ['succeeded', 'failed', 'waiting'], 120_000)).state).toBe('succeeded')
  await page.goto('/clusters/returned/rollback')
  await page.getByRole('radio', { name: /v8\.5\.0 in fresh folders/ }).check({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Next: Folders' }).click()
  await expect(page.getByRole('row', { name: new RegExp(`${g}:8261 .*/dm-master-8261 .*/dm-master-8261-v8\\.5\\.0`) })).toBeVisible()
  await page.getByLabel('Suffix of the fresh folders').fill('a b')
  await expect(page.getByText('1 to 60 letters, digits, - _ and .').first()).toBeVisible()
  await page.getByLabel('Suffix of the fresh folders').fill('-back')
  await looksRight(page, 'redeploy, folders')
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await expect(page.getByRole('button', { name: 'Redeploy returned', exact: true })).toBeVisible({ timeout: 90_000 })
  await expect(page.getByText('All of DM stops, v8.5.0 takes the place of v8.5.1', { exact: false }).first()).toBeVisible()
  await looksRight(page, 'redeploy, review')
  await runReviewedPlan(page, 'Redeploy returned', 'returned')
  await continueToEnd(page)
  await page.goto('/clusters/returned/rollback')
  await expect(page.getByText('v8.5.0 runs again in folders of its own.')).toBeVisible({ timeout: 30_000 })
  await looksRight(page, 'redeploy, done')
  await page.getByRole('radio', { name: /give up what v8\.5\.1 left/ }).check()
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await runReviewedPlan(page, 'Finalise returned', 'returned')
  await continueToEnd(page)
})

test('a cluster that was never upgraded has no way back, and says so', async ({ page, panel, api, sim }) => {
  const [, , , , , f = ''] = panel.hosts
  await clusterOf(api, sim, 'fresh', topology([f], [f]))
  await page.goto('/clusters/fresh/rollback')
  await expect(page.getByText('No upgrade is open.').first()).toBeVisible({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'There is nothing to roll back.' })).toBeVisible()
  await looksRight(page, 'roll back, nothing')
})
