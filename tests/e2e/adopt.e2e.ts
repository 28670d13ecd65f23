import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test as base, expect, type Page } from '@playwright/test'
import { ApiClient } from '../support/api-client'
import { type Panel, startPanel } from '../support/panel'
import { clusterOf, oneHost, runReviewedPlan } from './cluster'
import { errorsOf, stateOf } from './fixtures'
import { continueToEnd, looksRight } from './looks'

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

base('a cluster goes back to tiup, is forgotten, comes again and is managed; what tiup writes meanwhile is seen', async () => {
  base.setTimeout(180_000)
  const sim = await api.errand<{ credentialId: string; version: string }>('/api/simulated-hosts', {})
  await clusterOf(api, sim, 'shop', oneHost(panel.hosts[1] ?? ''))
  const at = '/clusters/shop/tiup'
  await page.goto('/clusters/shop')
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'TiUP: manage, hand back, meta…' }).click()
  await page.getByRole('button', { name: 'Hand back to tiup…' }).click()
  await looksRight(page, 'hand back')
  const dialog = page.getByRole('dialog', { name: 'Hand shop back to tiup' })
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Hand back and download' }).click(),
  ])
  const archive = path.join(root, 'shop.tar.gz')
  await download.saveAs(archive)
  execFileSync('tar', ['-xzf', archive, '-C', path.join(folder, 'clusters')])
  await expect(dialog.getByText('tiup may have it now.')).toBeVisible()
  await dialog.getByRole('button', { name: 'Close' }).first().click()

  await page.getByRole('button', { name: 'Forget…' }).click()
  const forget = page.getByRole('dialog', { name: 'Forget shop' })
  await forget.getByLabel('Type shop to confirm').fill('shop')
  await forget.getByRole('button', { name: 'Forget it' }).click()
  await page.waitForURL(/\/clusters$/)

  const audit = path.join(folder, 'audit')
  mkdirSync(audit)
  writeFileSync(
    path.join(audit, 'h45zCcBcxWw'),
    '%2Fopt%2Ftiup-dm scale-in shop -N 10.0.0.9%3A8262 -y\n\tExecute command finished\t{"code": 1}\n',
  )
  await api.errand('/api/adopt', { path: folder, names: ['shop'] })
  await page.goto(at)
  await expect(page.getByRole('table', { name: 'History from tiup' })).toContainText('failed, exit 1')
  await expect(page.getByText('Nothing differs')).toBeVisible()

  const meta = path.join(folder, 'clusters', 'shop', 'meta.yaml')
  const text = readFileSync(meta, 'utf8')
  writeFileSync(
    meta,
    text.replace(
      '    master_servers:\n',
      '    server_configs:\n        master: {}\n        worker:\n            log-level: debug\n        grafana: {}\n    master_servers:\n',
    ),
  )
  await page.goto('/clusters/shop')
  await page.getByRole('link', { name: 'See what' }).click()
  await expect(page.getByRole('region', { name: 'Topology, as the books have it and as it is there' })).toContainText('log-level: debug')
  await looksRight(page, 'what tiup changed')
  await page.getByRole('button', { name: 'Take it over' }).click()
  await expect(page.getByText('Taken as revision 2.').or(page.getByText('Nothing differs'))).toBeVisible({ timeout: 30_000 })

  await page.getByRole('button', { name: 'Manage from here…' }).click()
  await page.getByRole('tab', { name: /Checks/ }).click({ timeout: 60_000 })
  await expect(page.getByText(/Of .*8262 1 of the files differ .*dm-worker.toml/)).toBeVisible()
  await runReviewedPlan(page, 'Manage shop', 'shop')
  await continueToEnd(page)
  await page.goto(at)
  await expect(page.getByRole('button', { name: 'Hand back to tiup…' })).toBeVisible()
  await expect(page.getByText('The panel manages this cluster.')).toBeVisible()

  await page.getByLabel('Backup archive (tar.gz)').setInputFiles(archive)
  const differs = page.getByRole('region', { name: 'Meta backup and restore' })
  await expect(differs.getByRole('region', { name: /^Topology/ })).toContainText('log-level: debug')
  await expect(differs.getByRole('button', { name: 'Restore', exact: true })).toHaveAttribute('aria-disabled', 'true')
  await differs.getByLabel('Type shop to confirm').fill('shop')
  await differs.getByRole('button', { name: 'Restore', exact: true }).click()
  await expect(differs.getByText('Taken as revision 4.')).toBeVisible({ timeout: 30_000 })

  await page.goto('/templates?form=local')
  await page.getByLabel('Hosts of dm-master').fill('10.0.0.7')
  await expect(page.getByText('- host: 10.0.0.7')).toBeVisible()
  await page.getByLabel('Deploy user').fill('a b')
  await expect(page.getByText('A field is not right yet.')).toBeVisible()
  await page.getByLabel('Deploy user').fill('')
  await looksRight(page, 'templates')
  expect(errors).toEqual([])
})
