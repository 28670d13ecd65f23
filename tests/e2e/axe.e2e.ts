import AxeBuilder from '@axe-core/playwright'
import { test as base, type Page } from '@playwright/test'
import { ApiClient } from '../support/api-client'
import { startPanel } from '../support/panel'
import { clusterOf, oneHost, run } from './cluster'
import { errorsOf, expect, stateOf, test } from './fixtures'

test.use({ site: 'axe' })

const desktop = { width: 1440, height: 900 }
const phone = { width: 390, height: 844 }
const looks = [
  { viewport: desktop, colorScheme: 'light' },
  { viewport: phone, colorScheme: 'dark' },
] as const

/** No violation in either theme, on a desktop and on a phone; nothing to scroll sideways on a phone. */
const looksRight = async (page: Page, what: string): Promise<void> => {
  for (const { viewport, colorScheme } of looks) {
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect.soft(tooWide, `${what}, ${viewport.width} px: scrolls sideways, px`).toBe(0)
    const { violations } = await new AxeBuilder({ page }).analyze()
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, any }) => `${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`),
    )
    expect.soft(found, `${what}, ${viewport.width} px, ${colorScheme}`).toEqual([])
  }
  await page.setViewportSize(desktop)
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
}

base('pages of a new panel', async ({ browser }) => {
  base.setTimeout(180_000)
  const panel = await startPanel()
  const context = await browser.newContext({ baseURL: panel.url })
  const errors = errorsOf(context, { withAnswers: true })
  const page = await context.newPage()
  await page.goto(`/setup?token=${panel.setupToken}`)
  await expect(page.getByRole('heading', { name: 'Make the first administrator' })).toBeVisible()
  await looksRight(page, 'setup')
  const api = new ApiClient(panel.url)
  await api.setUp(panel.setupToken)
  await page.goto('/sign-in')
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  await looksRight(page, 'sign-in')
  await context.addCookies(stateOf(api).cookies)
  await page.goto('/clusters')
  await expect(page.getByRole('heading', { name: 'What do you want to begin with?' })).toBeVisible()
  await looksRight(page, 'first run')
  for (const place of ['jobs', 'packages', 'hosts']) {
    await page.goto(`/${place}`)
    await expect(page.getByRole('heading', { name: /^No / })).toBeVisible()
    await looksRight(page, `${place}, empty`)
  }
  for (const step of ['name', 'topology', 'access', 'checks']) {
    await page.goto(`/clusters/new?step=${step}`)
    await expect(page.getByRole('button', { name: /^Next/ })).toBeVisible()
    if (step === 'topology') await expect(page.getByRole('textbox', { name: 'topology.yaml' })).toBeVisible()
    await looksRight(page, `wizard, ${step}`)
  }
  expect(errors).toEqual([])
  await context.close()
  await panel.stop()
})

test('pages of a panel in use', async ({ page, context, panel, api, sim }) => {
  test.setTimeout(240_000)
  const errors = errorsOf(context, { withAnswers: true })
  const host = panel.hosts[4] ?? ''
  await clusterOf(api, sim, 'axe', oneHost(host))
  const plan = await api.plan('axe', 'stop', { roles: [], nodes: [] })
  const jobs = await api.get<{ id: string; cluster: string }[]>('/api/jobs')
  const job = jobs.find(({ cluster }) => cluster === 'axe')
  const button = (name: string | RegExp) => page.getByRole('button', { name })
  const table = (name: string) => page.getByRole('table', { name })
  const views: [what: string, path: string, ready: () => ReturnType<Page['getByRole']>][] = [
    ['clusters', '/clusters', () => table('Clusters')],
    ['cluster', '/clusters/axe', () => table('axe')],
    ['instance', `/clusters/axe?instance=${host}:8262`, () => page.getByRole('complementary', { name: /Instance/ })],
    ['start dialog', '/clusters/axe?do=start', () => page.getByRole('dialog')],
    ['config', '/clusters/axe?tab=config', () => page.getByRole('tabpanel')],
    ['adopt dialog', '/clusters?adopt=1', () => page.getByRole('dialog')],
    ['plan', `/plans/${plan.id}`, () => button('Stop axe')],
    ['job', `/jobs/${job?.id}`, () => page.getByRole('log').getByText('job succeeded')],
    ['jobs', '/jobs', () => table('Jobs')],
    ['packages', '/packages', () => table('Packages')],
    ['hosts', '/hosts', () => table('Hosts')],
    ['credentials', '/hosts?tab=credentials', () => page.getByRole('cell', { name: 'Simulated hosts' }).first()],
    ['audit', '/audit', () => table('Audit')],
    ['settings', '/settings', () => page.getByText('heartbeat')],
    ['users', '/settings?tab=users', () => table('Users')],
    ['tokens', '/settings?tab=tokens', () => button('Make a token…').first()],
    ['nothing here', '/no-such-page', () => page.getByText('There is nothing here.')],
  ]
  for (const [what, path, ready] of views) {
    await page.goto(path)
    await expect(ready(), what).toBeVisible({ timeout: 30_000 })
    await looksRight(page, what)
  }
  const dialogs: [path: string, opener: string | RegExp][] = [
    ['/hosts', 'Check hosts…'],
    ['/hosts', 'Add a credential…'],
    ['/settings?tab=users', 'Add a user…'],
    ['/settings?tab=tokens', 'Make a token…'],
    ['/clusters', 'Search or run'],
    ['/clusters', /^Shortcuts/],
  ]
  for (const [path, opener] of dialogs) {
    await page.goto(path)
    await button(opener).first().click()
    await expect(page.getByRole('dialog')).toBeVisible()
    await looksRight(page, `${path} ${opener}`)
  }
  await page.goto('/packages')
  await button('Take from a mirror…').click()
  await expect(page.getByText('No mirror has been read yet.')).toBeVisible()
  await looksRight(page, 'mirror')
  await page.goto('/audit')
  await expect(async () => {
    await table('Audit').getByRole('row', { name: /done/ }).first().press('Enter')
    await expect(page.getByRole('complementary', { name: /^Audit record/ })).toBeVisible({ timeout: 3000 })
  }).toPass()
  await looksRight(page, 'audit record')
  await page.goto('/clusters')
  await button('Alice Lin').click()
  await expect(page.getByRole('menu')).toBeVisible()
  await looksRight(page, 'menu')
  expect(errors.filter((error) => !error.includes('/no-such-page'))).toEqual([])
})

test('a question on a job', async ({ page, panel, api, sim }) => {
  const host = panel.hosts[5] ?? ''
  await clusterOf(api, sim, 'axe-fails', oneHost(host), { started: false })
  panel.fault(host, 'fail-start dm-master-8261')
  const job = await run(api, 'axe-fails', 'start')
  await page.goto(`/jobs/${job.id}`)
  await expect(page.getByRole('button', { name: 'Skip with reason…' })).toBeVisible({ timeout: 60_000 })
  await looksRight(page, 'failed step')
  panel.fault(host)
})
