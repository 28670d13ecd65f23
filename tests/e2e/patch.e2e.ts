import { gunzipSync } from 'node:zlib'
import type { Page } from '@playwright/test'
import { makeDemoPackage } from '@/server/sim/demo-packages'
import { clusterOf, oneHost, runReviewedPlan } from './cluster'
import { expect, test } from './fixtures'
import { continueToEnd, looksRight } from './looks'

test.use({ site: 'patch' })

/** The release's program with another version in it, as somebody would send it. */
const fixedProgram = async (component: 'dm-master' | 'dm-worker'): Promise<Buffer> => {
  const tar = gunzipSync(await makeDemoPackage(component, 'v8.5.0'))
  const head = tar.indexOf(`${component}/${component}\0`)
  const size = Number.parseInt(tar.subarray(head + 124, head + 135).toString('latin1'), 8)
  const program = Buffer.from(tar.subarray(head + 512, head + 512 + size))
  program.write(`${component} v8.5.9`, program.lastIndexOf(`${component} v8.5.0`))
  return program
}

/** Builds a hotfix on the page Packages; ends on its own page. */
const build = async (page: Page, component: 'dm-master' | 'dm-worker'): Promise<void> => {
  await page.goto('/packages/hotfix')
  await page.getByLabel('Running version').selectOption('v8.5.0')
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: component, mimeType: 'application/octet-stream', buffer: await fixedProgram(component) })
  await page.getByLabel('Ticket').fill('DM-812')
  await page.getByRole('button', { name: /^Save / }).click()
  await expect(page).toHaveURL(/\/packages\/[0-9a-f]{64}$/, { timeout: 30_000 })
}

test('a hotfix on one worker, verified; the role is mixed; rolled back from the ledger', async ({ page, panel, api, sim }) => {
  test.setTimeout(300_000)
  const host = panel.hosts[0] ?? ''
  await clusterOf(api, sim, 'mended', oneHost(host))
  await build(page, 'dm-worker')
  await page.goto('/clusters/mended')
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Patch…' }).click()
  const packages = page.getByRole('table', { name: 'Packages' })
  await expect(packages).toBeVisible({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Next: Nodes' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'Choose at least one package.' })).toBeVisible()
  await packages
    .getByRole('row', { name: /dm-worker .*hotfix.*DM-812/ })
    .getByRole('checkbox')
    .check()
  await looksRight(page, 'patch, packages')
  await page.getByRole('button', { name: 'Next: Nodes' }).click()
  await expect(page.getByText('= 1 of 2 instances')).toBeVisible()
  await expect(page.getByRole('row', { name: new RegExp(`${host}:8261 .*no package for it`) })).toBeVisible()
  await looksRight(page, 'patch, nodes')
  await page.getByRole('button', { name: 'Next: Order and notes' }).click()
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await page.getByRole('button', { name: 'Choose what later scale-outs get.', exact: true }).click()
  await page.getByRole('radio', { name: /get this package too/ }).check()
  await page.getByLabel('Ticket').fill('DM-812')
  await page.getByLabel(/^Due/).fill('2030-01-31')
  await page.getByLabel('Notes').fill('lost DDL')
  await looksRight(page, 'patch, notes')
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await runReviewedPlan(page, 'Patch mended', 'mended')
  await continueToEnd(page)

  await page.goto('/clusters/mended/ledger')
  const worker = page.getByRole('table', { name: 'Programs' }).getByRole('row', { name: new RegExp(`${host}:8262`) })
  await expect(worker).toContainText('(patched)')
  await expect(worker).toContainText('DM-812')
  await expect(worker).toContainText('2030-01-31')
  await page.getByRole('button', { name: 'Compare with the hosts' }).click()
  const compared = page.getByRole('table', { name: 'Compared with the hosts' })
  await expect(compared.getByRole('row', { name: new RegExp(`${host}:8262 .*as noted.*v8\\.5\\.9`) })).toBeVisible({ timeout: 30_000 })
  await looksRight(page, 'ledger')
  await worker.press('Enter')
  const drawer = page.getByRole('complementary', { name: `Ledger of ${host}:8262` })
  await expect(drawer.getByText('lost DDL').first()).toBeVisible()
  await drawer.getByLabel('Ticket').fill('DM-900')
  await drawer.getByRole('button', { name: 'Save' }).click()
  await expect(drawer.getByText('Saved.')).toBeVisible()
  await looksRight(page, 'ledger, one instance')

  await drawer.getByRole('link', { name: 'Roll back…' }).click()
  await expect(page.getByRole('radio', { name: /Hotfixes: each instance/ })).toBeChecked({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Next: Instances' }).click()
  await expect(page.getByText('= 1 of 2 instances')).toBeVisible()
  await looksRight(page, 'roll back, hotfixes')
  await page.getByRole('button', { name: 'Next: Order and gates' }).click()
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await runReviewedPlan(page, 'Patch mended', 'mended')
  await continueToEnd(page)
  await page.goto('/clusters/mended/ledger')
  await expect(worker).not.toContainText('(patched)')
  await expect(worker).toContainText('rollback')
})

test('offline: the disk only, and the ledger says that the process is older', async ({ page, panel, api, sim }) => {
  test.setTimeout(180_000)
  const host = panel.hosts[1] ?? ''
  await clusterOf(api, sim, 'offline', oneHost(host))
  await build(page, 'dm-master')
  await page.goto('/clusters/offline/patch')
  await page
    .getByRole('table', { name: 'Packages' })
    .getByRole('row', { name: /dm-master .*hotfix/ })
    .getByRole('checkbox')
    .check()
  await page.getByRole('button', { name: 'Next: Nodes' }).click()
  await page.getByRole('button', { name: 'Next: Order and notes' }).click()
  await page.getByRole('radio', { name: /get the package of the cluster’s version/ }).check()
  await page.getByRole('checkbox', { name: /Only the disk/ }).check({ force: true })
  await expect(page.getByText('1 of these run now: disk and process will differ.')).toBeVisible({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await runReviewedPlan(page, 'Patch offline', 'offline')
  await continueToEnd(page)
  await page.goto('/clusters/offline/ledger')
  await page.getByRole('button', { name: 'Compare with the hosts' }).click()
  await expect(page.getByRole('table', { name: 'Compared with the hosts' }).getByRole('row', { name: /8261/ })).toContainText(
    'restart it',
    {
      timeout: 30_000,
    },
  )
  await expect(page.getByText('disk only')).toBeVisible()
})
