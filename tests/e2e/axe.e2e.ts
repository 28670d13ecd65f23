import { test as base, type Page } from '@playwright/test'
import { ApiClient } from '../support/api-client'
import { startPanel } from '../support/panel'
import { clusterOf, deploy, oneHost, run } from './cluster'
import { errorsOf, expect, stateOf, test } from './fixtures'
import { looksRight } from './looks'

test.use({ site: 'axe' })

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
  test.setTimeout(300_000)
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
    ['stop dialog', '/clusters/axe?do=stop', () => page.getByRole('dialog')],
    ['export dialog', '/clusters/axe?do=export', () => page.getByRole('dialog')],
    ['topology', '/clusters/axe?tab=topology', () => page.getByRole('tabpanel')],
    ['check', '/clusters/axe/check', () => page.getByText('The cluster as a whole')],
    ['jobs of a cluster', '/clusters/axe?tab=jobs', () => table('Jobs')],
    ['audit of a cluster', '/clusters/axe?tab=audit', () => table('Audit')],
    ['adopt, folder', '/adopt', () => page.getByLabel(/^TiUP storage folder/)],
    ['adopt, archive', '/adopt?from=archive', () => button('Choose the archive…')],
    ['adopt, ssh', '/adopt?from=ssh', () => page.getByLabel('Address of the control machine')],
    ['plan', `/plans/${plan.id}`, () => page.getByRole('tab', { name: /^Steps/ })],
    ['job', `/jobs/${job?.id}`, () => page.getByRole('log').getByText('job succeeded')],
    ['jobs', '/jobs', () => table('Jobs')],
    ['packages', '/packages', () => table('Packages')],
    ['hosts', '/hosts', () => table('Hosts')],
    ['host keys', '/hosts?tab=keys', () => table('Host keys')],
    ['credentials', '/hosts?tab=credentials', () => page.getByRole('cell', { name: 'Simulated hosts' }).first()],
    ['key of a host', `/hosts?check=${host}:22022`, () => page.getByRole('list', { name: 'What was seen' })],
    ['audit', '/audit', () => page.getByText(/^Chain verified/)],
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
  expect(errors.filter((error) => !error.includes('/no-such-page'))).toEqual([])
})

test('dialogs, drawers and tabs of a panel in use', async ({ page, context, panel, api, sim }) => {
  test.setTimeout(300_000)
  const errors = errorsOf(context, { withAnswers: true })
  await clusterOf(api, sim, 'axe', oneHost(panel.hosts[4] ?? ''))
  const plan = await api.plan('axe', 'stop', { roles: [], nodes: [] })
  const button = (name: string | RegExp) => page.getByRole('button', { name })
  const dialogs: [path: string, opener: string | RegExp][] = [
    ['/hosts', 'Check hosts…'],
    ['/hosts', 'Add a credential…'],
    ['/hosts', 'Pin from known_hosts…'],
    ['/hosts?tab=keys', /^Forget the key/],
    ['/packages', /^Delete/],
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
  await button('My own root.json').click()
  await page.getByRole('textbox', { name: 'root.json' }).fill('{')
  await looksRight(page, 'mirror, own root')
  await page.goto(`/plans/${plan.id}`)
  for (const tab of ['Files', 'Commands', 'Checks']) {
    await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click()
    await looksRight(page, `plan, ${tab}`)
  }
  await page.goto('/audit')
  await expect(async () => {
    await page.getByRole('table', { name: 'Audit' }).getByRole('row', { name: /done/ }).first().press('Enter')
    await expect(page.getByRole('complementary', { name: /^Audit record/ })).toBeVisible({ timeout: 3000 })
  }).toPass()
  await looksRight(page, 'audit record')
  await page.goto('/clusters')
  await button('Alice Lin').click()
  await expect(page.getByRole('menu')).toBeVisible()
  await looksRight(page, 'menu')
  expect(errors).toEqual([])
})

test('a question on a job, and the way out of it', async ({ page, panel, api, sim }) => {
  const host = panel.hosts[5] ?? ''
  await clusterOf(api, sim, 'axe-fails', oneHost(host), { started: false })
  panel.fault(host, 'fail-start dm-master-8261')
  const job = await run(api, 'axe-fails', 'start')
  await page.goto(`/jobs/${job.id}`)
  await expect(page.getByRole('button', { name: 'Skip with reason…' })).toBeVisible({ timeout: 60_000 })
  await looksRight(page, 'failed step')
  await page.getByRole('button', { name: 'Cancel…' }).click()
  await expect(page.getByRole('dialog', { name: 'Cancel this job?' })).toBeVisible()
  await looksRight(page, 'cancel dialog')
  panel.fault(host)
})

test('what a cancelled deploy leaves', async ({ page, panel, api, sim }) => {
  const job = await deploy(api, sim, 'axe-half', oneHost(panel.hosts[6] ?? ''))
  await api.post(`/api/jobs/${job.id}/cancel`, {})
  await api.jobIn(job.id, ['cancelled'])
  await page.goto('/clusters/axe-half')
  await page.getByRole('button', { name: 'Remove what the deploy made…' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await looksRight(page, 'remove dialog')
})

test('keys that changed', async ({ page, panel, sim }) => {
  const host = panel.hosts[7] ?? ''
  expect(sim.hosts.map(({ address }) => address)).toContain(host)
  await page.goto('/hosts')
  await page.getByRole('button', { name: 'Pin from known_hosts…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'known_hosts' }).fill(`[${host}]:22022 ssh-ed25519 ${otherKey}`)
  await dialog.getByRole('button', { name: 'Pin these keys' }).click()
  await expect(dialog.getByText('1 host has another key pinned')).toBeVisible()
  await expect(dialog.getByText(/SHA256:/)).toHaveCount(2)
  await expect(dialog.getByRole('button', { name: 'Replace the pinned keys' })).toHaveAttribute('aria-disabled', 'true')
  await looksRight(page, 'known_hosts, another key')
  await dialog.getByText('I have read these keys on the hosts’ own consoles').click()
  await dialog.getByRole('button', { name: 'Replace the pinned keys' }).click()
  await expect(dialog.getByText('1 key is pinned.')).toBeVisible()
  // The host has not changed, what is pinned has: to the panel that is the same.
  await page.goto(`/hosts?check=${host}:22022`)
  await expect(page.getByText('Key changed')).toBeVisible({ timeout: 20_000 })
  await looksRight(page, 'check, changed key')
  await page.getByRole('button', { name: 'Look at it…' }).click()
  await expect(page.getByRole('dialog', { name: /shows another host key/ })).toBeVisible()
  await looksRight(page, 'changed key')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog', { name: 'Check hosts' })).toBeVisible()
})

const otherKey = `AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)}`
