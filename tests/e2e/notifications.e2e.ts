import { execFileSync } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mailReceiver } from '@/tests/support/mail-receiver'
import { clusterOf, run, succeeds, topology } from './cluster'
import { expect, test } from './fixtures'
import { looksRight } from './looks'

test.use({ site: 'notifications' })

let receiver: Server
let status = 200
const got: { path: string; event: string; title: string }[] = []
test.beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { event, title } = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    got.push({ path: request.url ?? '', event, title })
    response.writeHead(status).end('taken by the room')
  })
  await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done))
})
test.afterAll(() => receiver.closeAllConnections())

test('a channel is set up, tested, told; what fails can be sent again. Alerts, charts, changes and evidence of a cluster', async ({
  page,
  panel,
  api,
  sim,
}, info) => {
  test.setTimeout(180_000)
  const [host = ''] = panel.hosts
  const monitors = ['monitoring_servers', 'grafana_servers', 'alertmanager_servers'].map((name) => `${name}:\n  - host: ${host}\n`).join('')
  const made = clusterOf(api, sim, 'told', `${topology([host], [host])}${monitors}`)
  await page.goto('/settings?tab=notifications')
  await expect(page.getByRole('heading', { name: 'Nobody is told of anything yet' })).toBeVisible()
  await page.getByRole('button', { name: 'Add a channel…' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('Operations room')
  const { port } = receiver.address() as AddressInfo // it listens on TCP
  await dialog.getByLabel('Address').fill(`http://127.0.0.1:${port}/room/token-77`)
  await expect(dialog.getByText('http: whoever is in between can read')).toBeVisible()
  await dialog.getByRole('button', { name: 'Make one' }).click()
  await dialog.getByText('A job succeeded or was cancelled').click()
  await looksRight(page, 'channel dialog')
  await page.screenshot({ path: 'test-results/channel.png' })
  await dialog.getByRole('button', { name: 'Save the channel' }).click()
  await expect(dialog).toBeHidden()

  await page.getByRole('button', { name: 'Send a test through Operations room' }).click()
  await expect(dialog.getByText('The receiver took the message: 200')).toBeVisible()
  await expect(dialog.getByText('taken by the room')).toBeVisible()
  status = 404
  await dialog.getByRole('button', { name: 'Send again' }).click()
  await expect(dialog.getByText('The receiver answered 404: taken by the room')).toBeVisible()
  await dialog.getByRole('button', { name: 'Close' }).click()
  expect(got.map(({ path, event }) => `${path} ${event}`)).toEqual(['/room/token-77 test', '/room/token-77 test'])

  const mail = await mailReceiver({ login: { user: 'panel', password: 'mail-pass-77' } })
  await page.getByRole('button', { name: 'Add a channel…' }).click()
  await dialog.getByLabel('Name').fill('Mailbox')
  await dialog.getByLabel('Kind').selectOption('Mail')
  await dialog.getByLabel('Mail server').fill(`127.0.0.1:${mail.port}`)
  await dialog.getByLabel('Encryption').selectOption('None (port 25)')
  await expect(dialog.getByText('can read the messages and the password')).toBeVisible()
  await dialog.getByLabel('From').fill('dm@example.com')
  await dialog.getByLabel('To', { exact: true }).fill('ops@example.com, dba@example.com')
  await dialog.getByLabel(/^User/).fill('panel')
  await expect(dialog.getByRole('button', { name: 'Save the channel' })).toBeDisabled()
  await dialog.getByLabel('Password', { exact: true }).fill('mail-pass-77')
  await looksRight(page, 'mail channel dialog')
  await page.screenshot({ path: 'test-results/mail-channel.png' })
  await dialog.getByRole('button', { name: 'Save the channel' }).click()
  await page.getByRole('button', { name: 'Send a test through Mailbox' }).click()
  await expect(dialog.getByText('The receiver took the message: 250')).toBeVisible()
  await expect(dialog.getByText('250 2.0.0 queued as M1')).toBeVisible()
  await dialog.getByRole('button', { name: 'Close' }).click()
  expect(mail.mails.map(({ to }) => to)).toEqual([['ops@example.com', 'dba@example.com']])
  await page.getByRole('button', { name: 'Remove Mailbox…' }).click()
  await dialog.getByRole('button', { name: 'Remove the channel' }).click()
  await expect(dialog).toBeHidden()
  await mail.close()

  await made
  await succeeds(api, await run(api, 'told', 'restart', { roles: ['grafana'] }))
  const messages = page.getByRole('table', { name: 'Last messages' })
  const last = messages.getByRole('row', { name: /Restart told: succeeded/ })
  await expect(last).toContainText('The receiver answered 404', { timeout: 20_000 })
  await expect(page.getByRole('table', { name: 'Channels' })).toContainText(/fails, \d waiting/)
  await looksRight(page, 'notifications')
  await page.screenshot({ path: 'test-results/notifications.png' })
  status = 200
  await last.getByRole('button', { name: /^Send “Restart told: succeeded/ }).click()
  await expect(last).toContainText('sent', { timeout: 20_000 })
  // Refused first, then taken; others that waited may have gone after it.
  const tries = got.filter(({ event, title }) => event === 'job-ended' && title.startsWith('Restart told: succeeded'))
  expect(tries.length).toBeGreaterThan(1)
  expect(await page.content()).not.toMatch(/token-77|mail-pass-77/)

  await page.goto('/clusters/told?tab=monitors')
  const charts = page.getByRole('region', { name: 'The last hour' })
  await expect(charts.getByRole('img', { name: /^CPU of hosts, last values: 127/ })).toBeVisible({ timeout: 20_000 })
  await expect(charts.getByText('No data in the last hour').first()).toBeVisible()
  await expect(charts.getByRole('link', { name: /^job #\d+ Restart Succeeded/ })).toBeVisible()
  await expect(page.getByText('Nothing fires.')).toBeVisible()
  await looksRight(page, 'alerts and charts')
  await page.screenshot({ path: 'test-results/monitors.png' })

  await page.goto('/clusters/told/restart')
  await page.getByRole('link', { name: 'About this operation' }).click()
  await expect(page.getByText('tiup dm restart CLUSTER [-N NODE] [-R ROLE]')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'What may be said against its plan' })).toBeVisible()
  await looksRight(page, 'help of an operation')
  await page.getByRole('link', { name: 'All operations' }).click()
  await expect(page.getByRole('link', { name: 'Scale out' })).toBeVisible()

  await page.goto('/clusters/told?tab=audit')
  const changes = page.getByRole('table', { name: 'What changed' })
  await expect(changes.getByRole('row', { name: /Restart job #\d+ Succeeded/ })).toBeVisible()
  await expect(changes.getByRole('row', { name: /Revision 1/ })).toBeVisible()
  await changes
    .getByRole('link', { name: /^job #/ })
    .first()
    .click()
  const [evidence] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Evidence' }).click()])
  const file = info.outputPath('evidence.tar.gz')
  await evidence.saveAs(file)
  expect(execFileSync('tar', ['-tzf', file], { encoding: 'utf8' })).toContain('MANIFEST.sha256')
})
