import type { Page } from '@playwright/test'
import { clusterOf, oneHost, run, runReviewedPlan, succeeds } from './cluster'
import { expect, test } from './fixtures'
import { continueToEnd, looksRight } from './looks'

test.use({ site: 'life' })

const choose = async (page: Page, cluster: string, item: string): Promise<void> => {
  await page.goto(`/clusters/${cluster}`)
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: item }).click()
}
const makePlan = (page: Page): Promise<void> => page.getByRole('button', { name: 'Make the plan' }).click()

test('not at boot, renamed, cleaned, destroyed: each by its dialog and its review', async ({ page, panel, api, sim }) => {
  test.setTimeout(240_000)
  const [a = ''] = panel.hosts
  const yaml = `${oneHost(a)}monitoring_servers:\n  - host: ${a}\ngrafana_servers:\n  - host: ${a}\n`
  await clusterOf(api, sim, 'shop', yaml)

  await test.step('disable', async () => {
    await choose(page, 'shop', 'Don’t start at boot…')
    await looksRight(page, 'disable dialog')
    await makePlan(page)
    await runReviewedPlan(page, 'Disable shop', 'shop')
    await continueToEnd(page)
    await page.goto('/clusters/shop')
    await expect(page.getByRole('row', { name: new RegExp(`${a}:8261 .*not enabled on boot`) })).toBeVisible({ timeout: 30_000 })
    await looksRight(page, 'cluster that does not start at boot')
    await succeeds(api, await run(api, 'shop', 'enable'))
  })

  await test.step('exec', async () => {
    await choose(page, 'shop', 'Run a command…')
    await page.getByRole('button', { name: 'Next: Command' }).click()
    await makePlan(page)
    await expect(page.getByRole('alert').filter({ hasText: 'Type a command.' })).toBeVisible()
    await page.getByLabel('Command, for /bin/sh').fill('id -un; echo ')
    await page.getByRole('button', { name: 'Insert .Port' }).click()
    await page.getByRole('radio', { name: /^root/ }).check()
    await looksRight(page, 'command of exec')
    await makePlan(page)
    await runReviewedPlan(page, 'Run it on shop', 'shop')
    await continueToEnd(page)
    const results = page.getByRole('region', { name: 'Results' })
    await expect(results).toContainText('exit status 0')
    await expect(results).toContainText('root\n8261')
    await looksRight(page, 'results of exec')
  })

  await test.step('settings', async () => {
    await choose(page, 'shop', 'Settings…')
    const dialog = page.getByRole('dialog', { name: 'Settings of shop' })
    const save = dialog.getByRole('button', { name: 'Save' })
    const timeout = dialog.getByLabel('Timeout of the connection')
    await timeout.fill('0')
    await expect(save).toHaveAttribute('aria-disabled', 'true')
    await timeout.fill('7')
    await dialog.getByRole('button', { name: 'Add a jump host' }).click()
    await dialog.getByLabel('Jump host 1', { exact: true }).fill('ops@192.0.2.1:2222')
    await expect(save).toHaveAttribute('aria-disabled', 'true')
    await dialog.getByLabel('Its credential').selectOption(sim.credentialId)
    await save.click()
    await expect(dialog.getByText('The host key of the jump host ops@192.0.2.1:2222 is not confirmed yet.')).toBeVisible()
    await looksRight(page, 'settings of a cluster')
    await dialog.getByRole('button', { name: 'Remove jump host 1' }).click()
    await save.click()
    await expect(dialog).toBeHidden()
    await choose(page, 'shop', 'Settings…')
    await expect(timeout).toHaveValue('7')
  })

  await test.step('rename', async () => {
    await choose(page, 'shop', 'Rename…')
    await page.getByLabel('New name').fill('or ders')
    await makePlan(page)
    await expect(page.getByText(/or ders/).first()).toBeVisible({ timeout: 30_000 })
    await choose(page, 'shop', 'Rename…')
    await page.getByLabel('New name').fill('orders')
    await looksRight(page, 'rename dialog')
    await makePlan(page)
    await runReviewedPlan(page, 'Rename shop', 'shop')
    await continueToEnd(page)
    await page.goto('/clusters/shop')
    await expect(page.getByText('The cluster shop is called orders now.')).toBeVisible()
    await looksRight(page, 'former name')
    await page.getByRole('link', { name: 'Go to orders.' }).click()
    await expect(page.getByRole('heading', { name: 'orders' })).toBeVisible()
    await page.getByRole('tab', { name: /Audit/ }).click()
    await expect(page.getByText('tiup dm start shop').first()).toBeVisible()
    const kept = await api.send('POST', '/api/clusters/shop/plans', {
      operation: 'deploy',
      input: { version: sim.version, topology: yaml, credentialId: sim.credentialId },
    })
    expect([kept.status, await kept.text()]).toEqual([409, expect.stringContaining('usecases.name-kept')])
  })

  await test.step('clean', async () => {
    await choose(page, 'orders', 'Clean data and logs…')
    await expect(page.getByRole('button', { name: 'Make the plan' })).toHaveAttribute('aria-disabled', 'true')
    await page.getByText('(--log)').click()
    await page.getByText('(--data)').click()
    await looksRight(page, 'clean dialog')
    await makePlan(page)
    await expect(page.getByLabel('Type orders to confirm')).toBeVisible({ timeout: 60_000 })
    await looksRight(page, 'clean review')
    await runReviewedPlan(page, 'Clean orders', 'orders')
    await continueToEnd(page)
  })

  await test.step('destroy', async () => {
    await choose(page, 'orders', 'Destroy…')
    await page.getByText('Keep the data of').click()
    await page.getByRole('checkbox', { name: 'prometheus', exact: true }).press('Space')
    await looksRight(page, 'destroy dialog')
    await makePlan(page)
    await expect(page.getByLabel('Type orders to confirm')).toBeVisible({ timeout: 60_000 })
    const deleted = page.getByRole('table', { name: 'What is deleted' })
    await expect(deleted.getByRole('row', { name: /dm\/deploy\/dm-worker-8262 .*(KiB|MiB)/ }).first()).toBeVisible()
    await expect(deleted.getByRole('row', { name: /dm\/data\/prometheus-9090 stays/ })).toBeVisible()
    await looksRight(page, 'destroy review')
    await runReviewedPlan(page, 'Destroy orders', 'orders')
    await continueToEnd(page)
    await page.goto('/clusters')
    await expect(page.getByRole('row', { name: /orders/ })).toHaveCount(0)
    await clusterOf(api, sim, 'shop', oneHost(a).replaceAll('/dm/', '/dm2/'), { started: false })
  })
})
