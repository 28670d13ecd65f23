import { readFile } from 'node:fs/promises'
import { clusterOf, topology } from './cluster'
import { expect, test } from './fixtures'

test.use({ site: 'live' })

test.beforeEach(async ({ api, sim, panel }) => {
  const [one = '', two = '', three = ''] = panel.hosts
  // DM misses a killed worker only when its lease has ended (recorded 83): 60 s unless it is set.
  const lease = 'server_configs:\n  worker:\n    keepalive-ttl: 15\n'
  await clusterOf(api, sim, 'live', topology([one, two, three], [two, three]) + lease)
})

test('a dm-worker that dies is seen while the page is open', async ({ page, panel }) => {
  const host = panel.hosts[2] ?? ''
  await page.goto('/clusters/live')
  const row = page.getByRole('row', { name: new RegExp(`^${host}:8262`) })
  await expect(row.getByText('Free', { exact: true })).toBeVisible({ timeout: 30_000 })
  panel.fault(host, 'crash dm-worker-8262')
  await expect(row.getByText('Offline', { exact: true })).toBeVisible({ timeout: 90_000 })
  await expect(page.getByRole('row', { name: new RegExp(`^${panel.hosts[1]}:8262`) }).getByText('Free', { exact: true })).toBeVisible()
  await row.press('Enter')
  await expect(
    page
      .getByRole('complementary', { name: `Instance ${host}:8262` })
      .getByText(/auto-restart|activating/)
      .first(),
  ).toBeVisible()
  panel.fault(host)
  await expect(row.getByText('Free', { exact: true })).toBeVisible({ timeout: 40_000 })
})

test('a silent host is named, and only its own rows keep what was seen last', async ({ page, panel }) => {
  const [one = '', ...others] = panel.hosts
  await page.goto('/clusters/live')
  const cellOf = (id: string, at: number) =>
    page
      .getByRole('row', { name: new RegExp(`^${id}`) })
      .getByRole('cell')
      .nth(at)
  const [status, since] = [5, 6]
  await expect(cellOf(`${one}:8261`, status)).toHaveText(/Healthy/, { timeout: 30_000 })
  // Without its leader the cluster knows no members for a minute: the one that falls silent is another.
  const leads = async (host: string) => (await cellOf(`${host}:8261`, status).textContent())?.includes('|L')
  const [two = '', three = ''] = (await leads(others[1] ?? '')) ? [others[1], others[0]] : others
  panel.fault(three, 'silent')
  await expect(page.getByText(`${three} did not answer`)).toBeVisible({ timeout: 30_000 })
  // A cell whose value is older than 20 seconds shows its age after it.
  const aged = /\d+ (s|min)$/
  await expect(cellOf(`${three}:8262`, since)).toHaveText(aged, { timeout: 60_000 })
  await expect(cellOf(`${two}:8262`, since)).not.toHaveText(aged)
  await expect(cellOf(`${two}:8262`, status)).toHaveText('Free')
  await expect(page.getByText(`${two} did not answer`)).toBeHidden()
  panel.fault(three)
  await expect(page.getByText(`${three} did not answer`)).toBeHidden({ timeout: 30_000 })
  await expect(cellOf(`${three}:8262`, since)).not.toHaveText(aged, { timeout: 30_000 })
})

test('what is copied as text is what tiup dm display prints', async ({ page, context, api }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto('/clusters/live')
  const table = page.getByRole('table', { name: 'live' })
  await expect(table.getByText('Healthy|L', { exact: true })).toBeVisible({ timeout: 30_000 })
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Copy as text' }).click()
  await expect(page.getByText('Copied')).toBeVisible()
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  const display = await (await api.send('GET', '/api/clusters/live/display?format=text')).text()
  expect(withoutAges(copied)).toBe(withoutAges(display))
  expect(copied).toContain('Cluster name:')
  expect(copied).toMatch(/Total nodes: 5\s*$/)
  const heads = (await table.getByRole('columnheader').allInnerTexts()).map((text) => text.trim()).filter((text) => text !== 'Since')
  expect(
    copied
      .split('\n')
      .find((line) => line.startsWith('ID '))
      ?.split(/ {2,}/),
  ).toEqual(heads)
})

test('check: a report by host, what is amiss by itself, kept as a file', async ({ page, panel }, info) => {
  await page.goto('/clusters/live')
  const leader = page.getByRole('table', { name: 'live' }).getByRole('row').filter({ hasText: 'Healthy|L' })
  await expect(leader).toBeVisible({ timeout: 60_000 })
  const name = await leader.getByRole('cell').first().textContent()
  // Without its leader the cluster knows no members for a minute.
  const other = panel.hosts.slice(1, 3).find((host) => !name?.includes(host)) ?? ''
  panel.fault(other, 'silent')
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: /^Check/ }).click()
  await expect(page.getByText('The cluster as a whole')).toBeVisible({ timeout: 40_000 })
  await page.getByRole('button', { name: 'Only what is amiss' }).click()
  await expect(page.getByRole('row', { name: /^Login/ })).toHaveCount(1)
  await expect(page.getByRole('row', { name: /is online/ })).toHaveCount(0)
  panel.fault(other)
  await page.getByRole('button', { name: 'Look again' }).click()
  await expect(page.getByRole('row', { name: /^Login/ })).toHaveCount(0, { timeout: 40_000 })
  await page.getByRole('button', { name: 'Only what is amiss' }).click()
  await page.getByRole('button', { name: 'Members', exact: true }).click()
  await expect(page.getByRole('row', { name: /is alive for the others/ })).toHaveCount(3)
  await page.getByRole('button', { name: 'Files', exact: true }).click()
  const compare = page.getByRole('button', { name: /^Compare .*dm-master\.toml$/ }).first()
  await compare.press('Enter')
  const drawer = page.getByRole('complementary', { name: /^Compare / })
  await expect(drawer.getByRole('heading', { name: 'The content is the same' })).toBeVisible({ timeout: 20_000 })
  await page.keyboard.press('Escape')
  await expect(compare).toBeFocused()
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'CSV' }).click()])
  const saved = info.outputPath('report.csv')
  await file.saveAs(saved)
  expect(await readFile(saved, 'utf8')).toMatch(/^host,group,state,check,expected,seen,fix\r\n/)
})

/** The column Since counts on between two readings. */
const withoutAges = (text: string): string => text.replace(/\b\d+[smhd]\b/g, 'AGE').replace(/ +/g, ' ')
