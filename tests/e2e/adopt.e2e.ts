import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test as base, expect, type Page } from '@playwright/test'
import { ApiClient } from '../support/api-client'
import { type Panel, startPanel } from '../support/panel'
import { errorsOf, stateOf } from './fixtures'

/** A TiUP storage folder as `tiup dm` leaves it: the recorded meta.yaml, and a key (its own was never recorded). */
const tiupStorage = (root: string, names: readonly string[]): string => {
  for (const name of names) {
    const folder = path.join(root, 'storage', 'dm', 'clusters', name)
    mkdirSync(path.join(folder, 'ssh'), { recursive: true })
    cpSync('tests/recorded/meta/storage.yaml', path.join(folder, 'meta.yaml'))
    execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', '', '-f', path.join(folder, 'ssh', 'id_rsa')])
  }
  return path.join(root, 'storage', 'dm')
}

base.describe.configure({ mode: 'serial' })

let panel: Panel
let api: ApiClient
let page: Page
let root: string
let folder: string
let errors: string[]

base.beforeAll(async ({ browser }) => {
  root = mkdtempSync(path.join(tmpdir(), 'dm-panel-tiup-'))
  folder = tiupStorage(root, ['dm-recorded'])
  panel = await startPanel({ env: { DM_PANEL_TIUP_ROOT: root } })
  api = new ApiClient(panel.url)
  await api.setUp(panel.setupToken)
  const context = await browser.newContext({ baseURL: panel.url, storageState: stateOf(api), viewport: { width: 1440, height: 900 } })
  errors = errorsOf(context)
  page = await context.newPage()
})
base.afterAll(async () => {
  await page.context().close()
  await panel.stop()
  rmSync(root, { recursive: true })
})

base('a cluster that tiup manages is adopted from its storage folder, shown and exported', async () => {
  await page.goto('/clusters')
  await page.getByRole('button', { name: 'Adopt my TiUP clusters' }).click()
  const where = page.getByLabel('TiUP storage folder on the panel’s machine')
  await where.fill(tmpdir())
  await where.press('Enter')
  await expect(
    page
      .getByRole('alert')
      .getByText(/outside|below|not allowed|must lie/)
      .last(),
  ).toBeVisible()
  await where.fill(folder)
  await page.getByRole('button', { name: 'Look for clusters' }).click()
  const found = page.getByRole('table', { name: 'Clusters found' }).getByRole('row', { name: /dm-recorded/ })
  await expect(found).toContainText('v8.5.1')
  await expect(found).toContainText('3 patched')
  await page.getByRole('checkbox', { name: 'Adopt dm-recorded' }).uncheck()
  await expect(page.getByRole('button', { name: /^Adopt 0/ })).toHaveAttribute('aria-disabled', 'true')
  await page.getByRole('checkbox', { name: 'Adopt dm-recorded' }).check()
  await page.getByRole('button', { name: 'Adopt dm-recorded' }).click()
  await expect(found.getByText('in the panel')).toBeVisible()

  await page.getByRole('link', { name: 'Open', exact: true }).click()
  await expect(page.getByText('adopted, read only')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Start…' })).toHaveAttribute('aria-disabled', 'true')
  const table = page.getByRole('table', { name: 'dm-recorded' })
  await expect(table.getByRole('row', { name: /10\.79\.0\.12:8261.*\(patched\)/ })).toBeVisible({ timeout: 60_000 })
  await page.getByRole('tab', { name: /Config/ }).click()
  await expect(page.getByText('keepalive-ttl: 20')).toBeVisible()

  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Export meta.yaml and SSH key…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Export dm-recorded for TiUP' })
  await expect(dialog.getByText('The archive holds the private SSH key of tidb')).toBeVisible()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Download the archive' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('dm-recorded-tiup.tar.gz')
  const archive = path.join(root, 'export.tar.gz')
  await download.saveAs(archive)
  const names = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' })
  expect(names).toMatch(/dm-recorded\/meta\.yaml/)
  expect(names).toMatch(/dm-recorded\/ssh\/id_rsa\n/)
  const meta = execFileSync('tar', ['-xzOf', archive, names.split('\n').find((name) => name.endsWith('meta.yaml')) ?? ''], {
    encoding: 'utf8',
  })
  expect(meta).toContain('dm_version: v8.5.1')
  expect(meta.match(/patched: true/g)?.length).toBe(3)
  await expect.poll(async () => readFileSync(archive).length).toBeGreaterThan(0)
  expect(errors).toEqual([])
})

base('clusters of an uploaded archive are adopted together; what is no archive is refused', async () => {
  const other = path.join(root, 'other')
  tiupStorage(other, ['dm-one', 'dm-two'])
  const archive = path.join(root, 'dm.tar.gz')
  execFileSync('tar', ['-czf', archive, '-C', path.join(other, 'storage', 'dm'), 'clusters'])
  await page.goto('/adopt?from=archive')
  await expect(page.getByRole('button', { name: 'Look for clusters' })).toHaveAttribute('aria-disabled', 'true')
  const file = page.getByLabel('Archive of the storage folder (tar.gz)')
  await file.setInputFiles({ name: 'no.tar.gz', mimeType: 'application/gzip', buffer: Buffer.from('this is no archive') })
  await expect(page.getByRole('alert').getByText(/The archive was refused/)).toBeVisible()
  await file.setInputFiles(archive)
  const found = page.getByRole('table', { name: 'Clusters found' })
  await expect(found.getByRole('row', { name: /dm-one/ })).toBeVisible()
  await page.getByRole('button', { name: 'Adopt 2 clusters' }).click()
  await expect(found.getByText('in the panel')).toHaveCount(2)
  expect((await api.get<{ name: string }[]>('/api/clusters')).map(({ name }) => name).sort()).toEqual(['dm-one', 'dm-recorded', 'dm-two'])
  expect(errors).toEqual([])
})

base('a control machine is not logged in to before its host key is confirmed', async () => {
  await api.errand('/api/simulated-hosts', {})
  const host = panel.hosts[0] ?? ''
  await api.send('DELETE', `/api/host-keys?address=${host}&port=22022`)
  await page.goto('/adopt?from=ssh')
  await page.getByLabel('Address of the control machine').fill(host)
  await page.getByLabel('SSH port').fill('22022')
  await page.getByLabel('Log in with').selectOption({ label: 'Simulated hosts (root)' })
  await page.getByRole('button', { name: 'Look for clusters' }).click()
  await expect(page.getByText(`The host key of ${host}:22022 is not confirmed yet`)).toBeVisible()
  await expect(page.getByText(/SHA256:/)).toBeVisible()
  await page.getByRole('button', { name: 'It is the right one: confirm it' }).click()
  await expect(page.getByText(`${host} has no TiUP storage folder at`)).toBeVisible({ timeout: 30_000 })
  expect(errors).toEqual([])
})
