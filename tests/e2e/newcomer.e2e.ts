import { expect, test } from '@playwright/test'
import { startPanel } from '../support/panel'
import { errorsOf } from './fixtures'

/** Knows only what the terminal prints and what the pages say. */
test('a newcomer gets from the printed link to a running cluster, and stops it', async ({ page, context }) => {
  test.setTimeout(180_000)
  const errors = errorsOf(context)
  const panel = await startPanel()
  try {
    const link = /http:\S+setup\?token=\S+/.exec(panel.output())?.[0] ?? ''
    expect(link, 'the terminal shows a link').not.toBe('')
    await page.goto(link)
    await page.getByLabel('Name').fill('Alice Lin')
    await page.getByLabel('E-mail').fill('alice@example.org')
    await page.getByLabel('Password', { exact: true }).fill('a long enough password')
    await page.getByRole('button', { name: 'Make the administrator' }).click()

    await page.getByRole('button', { name: 'Try on simulated hosts' }).click()
    await expect(page.getByRole('heading', { name: 'Deploy demo' })).toBeVisible({ timeout: 60_000 })
    const next = page.getByRole('button', { name: /^Next/ })
    await next.click()
    await expect(page.getByRole('region', { name: 'Hosts and roles' })).toBeVisible()
    await expect(
      page
        .getByText('12 on 6 hosts')
        .or(page.getByText(/on 6 hosts/))
        .first(),
    ).toBeVisible()
    await next.click()
    await page.getByRole('button', { name: 'Read the host keys' }).click()
    await expect(page.getByRole('cell', { name: 'confirmed' })).toHaveCount(6)
    await page.getByRole('button', { name: 'Try the login' }).click()
    await expect(page.getByRole('cell', { name: /^works/ })).toHaveCount(6)
    await next.click()
    await page.getByRole('button', { name: 'Run the checks' }).click()
    await expect(page.getByRole('button', { name: 'Run again' })).toBeVisible({ timeout: 60_000 })
    await next.click()
    await page.getByRole('button', { name: 'Deploy demo' }).click({ timeout: 60_000 })
    await expect(page.getByRole('status').filter({ hasText: 'succeeded' })).toBeVisible({ timeout: 90_000 })

    await page.getByRole('link', { name: 'Start the cluster…' }).click()
    await runFromClusterPage(page, 'Start')
    await page.getByRole('link', { name: 'Open demo' }).click()
    const status = (word: string) => page.getByRole('table', { name: 'demo' }).getByText(word, { exact: true })
    await expect(status('Healthy|L')).toHaveCount(1, { timeout: 30_000 })
    await expect(status('Healthy')).toHaveCount(2)
    await expect(status('Free')).toHaveCount(3)

    await page.getByRole('button', { name: 'Stop…' }).click()
    await runFromClusterPage(page, 'Stop')
    await page.getByRole('link', { name: 'Open demo' }).click()
    await expect(
      page
        .getByRole('table', { name: 'demo' })
        .getByText(/^(Down|Offline|inactive)$/)
        .first(),
    ).toBeVisible({ timeout: 30_000 })
    expect(errors).toEqual([])
  } finally {
    await panel.stop()
  }
})

const runFromClusterPage = async (page: import('@playwright/test').Page, verb: 'Start' | 'Stop'): Promise<void> => {
  await page.getByRole('button', { name: 'Make the plan' }).click()
  const consent = page.getByText('I have read the warnings and want this')
  const go = page.getByRole('button', { name: `${verb} demo` })
  await expect(go).toBeVisible({ timeout: 30_000 })
  if (await consent.isVisible()) await consent.click()
  await go.click()
  await expect(page.getByRole('status').filter({ hasText: 'succeeded' })).toBeVisible({ timeout: 90_000 })
}
