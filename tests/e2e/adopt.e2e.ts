import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test as base, expect } from '@playwright/test'
import { ApiClient } from '../support/api-client'
import { startPanel } from '../support/panel'
import { errorsOf, stateOf } from './fixtures'

/** A TiUP storage folder as `tiup dm` leaves it: the recorded meta.yaml, and a key (its own was never recorded). */
const tiupStorage = (root: string, name: string): string => {
  const folder = path.join(root, 'storage', 'dm', 'clusters', name)
  mkdirSync(path.join(folder, 'ssh'), { recursive: true })
  cpSync('tests/recorded/meta/storage.yaml', path.join(folder, 'meta.yaml'))
  execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', '', '-f', path.join(folder, 'ssh', 'id_rsa')])
  return path.join(root, 'storage', 'dm')
}

base('a cluster that tiup manages is adopted from its storage folder, shown and exported', async ({ browser }) => {
  const root = mkdtempSync(path.join(tmpdir(), 'dm-panel-tiup-'))
  const folder = tiupStorage(root, 'dm-recorded')
  const panel = await startPanel({ env: { DM_PANEL_TIUP_ROOT: root } })
  try {
    const api = new ApiClient(panel.url)
    await api.setUp(panel.setupToken)
    const context = await browser.newContext({ baseURL: panel.url, storageState: stateOf(api) })
    const errors = errorsOf(context)
    const page = await context.newPage()
    await page.goto('/clusters')
    await page.getByRole('button', { name: 'Adopt my TiUP clusters' }).click()
    const dialog = page.getByRole('dialog')
    const where = dialog.getByLabel('TiUP storage folder on the panel’s machine')
    await where.fill(tmpdir())
    await dialog.getByRole('button', { name: 'Look for clusters' }).click()
    await expect(dialog.getByText(/outside|below|not allowed|must lie/).last()).toBeVisible()
    await where.fill(folder)
    await dialog.getByRole('button', { name: 'Look for clusters' }).click()
    const found = dialog.getByRole('list', { name: 'Clusters found' }).getByRole('listitem').filter({ hasText: 'dm-recorded' })
    await expect(found).toContainText('v8.5.1')
    await found.getByRole('button', { name: 'Adopt' }).click()
    await expect(found.getByText('in the panel')).toBeVisible()
    await dialog.getByRole('button', { name: 'Close' }).click()

    await page.getByRole('link', { name: 'dm-recorded' }).click()
    await expect(page.getByText('adopted, read only')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Start…' })).toHaveAttribute('aria-disabled', 'true')
    const table = page.getByRole('table', { name: 'dm-recorded' })
    await expect(table.getByRole('row', { name: /10\.79\.0\.12:8261.*\(patched\)/ })).toBeVisible({ timeout: 60_000 })
    await page.getByRole('tab', { name: /Config/ }).click()
    await expect(page.getByText('keepalive-ttl: 20')).toBeVisible()

    const archive = path.join(root, 'export.tar.gz')
    const answer = await page.request.get('/api/clusters/dm-recorded/export')
    expect(answer.ok()).toBe(true)
    writeFileSync(archive, await answer.body())
    const names = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' })
    expect(names).toMatch(/dm-recorded\/meta\.yaml/)
    expect(names).toMatch(/dm-recorded\/ssh\/id_rsa\n/)
    const meta = execFileSync('tar', ['-xzOf', archive, names.split('\n').find((name) => name.endsWith('meta.yaml')) ?? ''], {
      encoding: 'utf8',
    })
    expect(meta).toContain('dm_version: v8.5.1')
    expect(meta.match(/patched: true/g)?.length).toBe(3)
    expect(errors).toEqual([])
    await context.close()
  } finally {
    await panel.stop()
    rmSync(root, { recursive: true })
  }
})
