import { rmSync } from 'node:fs'
import path from 'node:path'
import { ApiClient } from '../support/api-client'
import { clusterOf, oneHost } from './cluster'
import { adminPassword, expect, stateOf, test } from './fixtures'

test.use({ site: 'access' })

const viewer = { name: 'Vera Viewer', email: 'vera@example.org', password: 'only looks at things', role: 'viewer' }

test('a viewer sees a plan and the reason why it is not for her to run', async ({ browser, panel, api, sim }) => {
  await clusterOf(api, sim, 'guarded', oneHost(panel.hosts[3] ?? ''), { started: false })
  await api.post('/api/users', viewer)
  const plan = await api.plan('guarded', 'start', { roles: [], nodes: [] })
  const hers = new ApiClient(panel.url)
  await hers.signIn(viewer.email, viewer.password)
  const context = await browser.newContext({ baseURL: panel.url, storageState: stateOf(hers) })
  const page = await context.newPage()
  await page.goto(`/plans/${plan.id}`)
  const go = page.getByRole('button', { name: 'Start guarded' })
  await expect(go).toHaveAttribute('aria-disabled', 'true')
  await go.click({ force: true })
  await page.goto('/clusters/guarded')
  await expect(page.getByRole('button', { name: 'Start…' })).toHaveAttribute('aria-disabled', 'true')
  await page.goto('/settings')
  await expect(page.getByRole('tab', { name: 'Health' })).toBeVisible()
  await expect(page.getByRole('tab', { name: 'Users' })).toBeHidden()
  expect((await hers.send('POST', `/api/plans/${plan.id}/jobs`, { consent: [] })).status).toBe(403)
  expect((await api.get<{ cluster: string; operation: string }[]>('/api/jobs')).filter(({ operation }) => operation === 'start')).toEqual(
    [],
  )
  await context.close()
})

test('signing out everywhere ends the live line and the pages of other browsers', async ({ browser, panel, api }) => {
  // A user of their own: the other tests stay signed in.
  const bob = { name: 'Bob Ray', email: 'bob@example.org', password: adminPassword, role: 'operator' }
  await api.post('/api/users', bob)
  const open = async () => {
    const mine = new ApiClient(panel.url)
    await mine.signIn(bob.email, adminPassword)
    const context = await browser.newContext({ baseURL: panel.url, storageState: stateOf(mine) })
    const page = await context.newPage()
    const socket = page.waitForEvent('websocket', (line) => line.url().includes('/socket.io/'))
    await page.goto('/clusters')
    await expect(page.getByText('live', { exact: true }).first()).toBeVisible()
    return { context, page, socket: await socket }
  }
  const [here, there] = [await open(), await open()]
  const dropped = there.socket.isClosed() ? Promise.resolve() : there.socket.waitForEvent('close')
  await here.page.getByRole('button', { name: bob.name }).click()
  await here.page.getByRole('menuitem', { name: 'Sign out everywhere' }).click()
  await expect(here.page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  await dropped
  await expect(there.page.getByRole('heading', { name: 'Sign in' })).toBeVisible({ timeout: 30_000 })
  await there.page.getByLabel('E-mail').fill(bob.email)
  await there.page.getByLabel('Password', { exact: true }).fill('not the password')
  await there.page.getByRole('button', { name: 'Sign in' }).click()
  await expect(there.page.getByText(/wrong|not right|does not/i).first()).toBeVisible()
  await there.page.getByLabel('Password', { exact: true }).fill(adminPassword)
  await there.page.getByRole('button', { name: 'Sign in' }).click()
  await expect(there.page.getByRole('heading', { name: 'Clusters' })).toBeVisible()
  await here.context.close()
  await there.context.close()
})

test('a page of another origin can neither change anything nor listen', async ({ browser, panel }) => {
  const mine = new ApiClient(panel.url)
  await mine.signIn('alice@example.org', adminPassword)
  const before = (await mine.get<unknown[]>('/api/tokens')).length
  const context = await browser.newContext({ storageState: stateOf(mine) })
  const page = await context.newPage()
  const port = new URL(panel.url).port
  await page.route('http://elsewhere.example/**', (route) => route.fulfill({ contentType: 'text/html', body: '<title>elsewhere</title>' }))
  await page.goto('http://elsewhere.example/')
  const heard = await page.evaluate(async (address) => {
    const body = JSON.stringify({ name: 'stolen', scope: 'admin', days: 1 })
    await fetch(`http://${address}/api/tokens`, { method: 'POST', mode: 'no-cors', credentials: 'include', body }).catch(() => undefined)
    return new Promise<string>((resolve) => {
      const line = new WebSocket(`ws://${address}/socket.io/?EIO=4&transport=websocket`)
      line.onopen = () => resolve('opened')
      line.onerror = () => resolve('refused')
    })
  }, `127.0.0.1:${port}`)
  expect(heard).toBe('refused')
  const answer = await fetch(`${panel.url}/api/tokens`, {
    method: 'POST',
    headers: { ...cookieHeader(mine), origin: 'http://elsewhere.example', 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'stolen', scope: 'admin', days: 1 }),
  })
  expect(answer.status).toBe(403)
  expect((await mine.get<unknown[]>('/api/tokens')).length).toBe(before)
  await context.close()
})

const cookieHeader = (client: ApiClient) => ({
  cookie: client
    .cookies()
    .map(({ name, value }) => `${name}=${value}`)
    .join('; '),
})

test('hosts: which answer, what stands on them, their disks; a silent one says since when', async ({ page, panel, api, sim }) => {
  const host = panel.hosts[5] ?? ''
  await clusterOf(api, sim, 'standing', oneHost(host))
  await page.goto('/hosts')
  const row = page.getByRole('table', { name: 'Hosts' }).getByRole('row', { name: new RegExp(`${host}:22022`) })
  await expect(row).toContainText('standing 2', { timeout: 90_000 })
  await expect(row).toContainText('Answers')
  await expect(row).toContainText('Simulated Linux 1, x86_64')
  await expect(row).toContainText('4 × CPU, 8.0 GiB')
  await expect(row).toContainText(/100.0 GiB of 100.0 GiB free/)
  panel.fault(host, 'silent')
  await page.goto('/clusters/standing') // somebody looks, so that it is asked at once
  await expect(page.getByText(new RegExp(`${host.replaceAll('.', '\\.')}.*did not answer`)).first()).toBeVisible({ timeout: 60_000 })
  await page.goto('/hosts')
  await expect(row).toContainText('No answer', { timeout: 30_000 })
  await page.getByRole('button', { name: /^No answer/ }).click()
  await expect(page.getByRole('table', { name: 'Hosts' }).getByRole('row')).toHaveCount(2)
  panel.fault(host)
})

test('a host whose key has changed is not spoken to until the new key is typed', async ({ page, panel, sim }) => {
  const mine = new ApiClient(panel.url)
  await mine.signIn('alice@example.org', adminPassword)
  await page.context().addCookies(stateOf(mine).cookies)
  const host = panel.hosts[6] ?? ''
  expect(sim.hosts.map(({ address }) => address)).toContain(host)
  rmSync(path.join(panel.dataDir, 'simulated', `host-key-${host}`))
  panel.kill('simulated hosts')
  await page.goto('/hosts')
  await page.getByRole('button', { name: 'Check hosts…' }).click()
  await page.getByLabel(/Addresses, one per line/).fill(`${host}:22022`)
  await page.getByLabel('Credential to try the login with').selectOption({ label: 'Simulated hosts (root)' })
  const seen = page.getByRole('list', { name: 'What was seen' })
  await expect(async () => {
    await page.getByRole('button', { name: 'Check', exact: true }).click()
    await expect(seen.getByText('Key changed')).toBeVisible({ timeout: 5000 })
  }).toPass({ timeout: 60_000 })
  await expect(seen.getByText('login works')).toBeHidden()
  await page.getByRole('button', { name: 'Look at it…' }).click()
  const dialog = page.getByRole('dialog', { name: new RegExp(`${host}:22022 shows another host key`) })
  const pin = dialog.getByRole('button', { name: 'Pin the new key' })
  await expect(pin).toHaveAttribute('aria-disabled', 'true')
  const shown = await mine.errand<{ fingerprint: string }[]>('/api/hosts/probe', { hosts: [{ address: host, port: 22022 }] })
  await dialog.getByLabel(/Type its last 8 characters/).fill(shown[0]?.fingerprint.slice(-8) ?? '')
  await pin.click()
  await expect(seen.getByText('Pinned')).toBeVisible({ timeout: 30_000 })
  await expect(seen.getByText('login works')).toBeVisible()
  await expect.poll(async () => (await mine.get<{ records: unknown[] }>(`/api/audit?search=${host}`)).records.length).toBeGreaterThan(0)
})
