import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import Database from 'better-sqlite3'
import type { HealthView } from '@/server/domain/api'
import { until } from '../support/panel'
import { downloadAudit, verifyAudit } from './audit-file'
import { expect, test } from './fixtures'

test.use({ site: 'audit' })

const sealedAll = async (api: import('../support/api-client').ApiClient): Promise<void> =>
  until(async () => {
    const { records } = await api.get<{ records: { number: number | null }[] }>('/api/audit?limit=5')
    return records.length > 0 && records.every(({ number }) => number !== null)
  }, 20_000)

test('records are found, opened and linked to', async ({ page, api }) => {
  await api.post('/api/tokens', { name: 'for the audit', scope: 'viewer', days: 1 })
  await sealedAll(api)
  await page.goto('/audit')
  const table = page.getByRole('table', { name: 'Audit' })
  await expect(table.getByRole('row', { name: /token/ }).first()).toBeVisible()
  await expect(page.getByText(/sealed up to record \d+/)).toBeVisible()
  await page.getByRole('searchbox', { name: 'What, host, command, hash' }).fill('no record has this')
  await expect(page.getByText('No record fits the filter.')).toBeVisible()
  await page.getByRole('searchbox', { name: 'What, host, command, hash' }).fill('token')
  await page.getByRole('button', { name: 'Outcomes' }).click()
  await expect(table.getByRole('row', { name: /intent/ })).toHaveCount(0)
  await table.getByRole('row', { name: /token/ }).first().press('Enter')
  const record = page.getByRole('complementary', { name: /^Audit record/ })
  await expect(record.getByText('alice@example.org')).toBeVisible()
  await expect(record.getByText('MAC')).toBeVisible()
  await page.reload()
  await expect(record.getByText('alice@example.org')).toBeVisible()
  await record.press('Escape')
  await expect(record).toBeHidden()
})

test('the chain is verified on the page; the evidence of an act is downloaded', async ({ page, api }, info) => {
  await sealedAll(api)
  await page.goto('/audit')
  const state = page.getByRole('status').filter({ hasText: 'Verify again' })
  await expect(state.getByText(/Chain verified up to record \d+/)).toBeVisible()
  await page
    .getByRole('row', { name: /Made an API token/ })
    .first()
    .press('Enter')
  const record = page.getByRole('complementary', { name: /^Audit record/ })
  await expect(record.getByText('this record fits between its neighbours')).toBeVisible()
  const [evidence] = await Promise.all([page.waitForEvent('download'), record.getByRole('button', { name: 'Download evidence' }).click()])
  const file = info.outputPath('evidence.tar.gz')
  await evidence.saveAs(file)
  const names = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' })
  expect(names).toContain('records.jsonl')
  expect(names).toContain('chain-head.json')
})

test('a record that was altered in the database is named, and how far the chain is sound', async ({ page, api, panel }) => {
  await sealedAll(api)
  alter(panel.dataDir, 2)
  await page.goto('/audit')
  await expect(page.getByText('Chain broken at record 2')).toBeVisible()
  const alert = page.getByRole('alert').filter({ hasText: 'Record 2 was altered. Records 1 to 1 are sound.' })
  await expect(alert).toBeVisible()
  await alert.getByRole('button', { name: 'Open' }).click()
  await expect(page.getByRole('complementary', { name: /^Audit record/ }).getByText('this record does not fit')).toBeVisible()
  // Every page of an administrator says so, and so does the panel's health.
  await page.goto('/settings')
  const alarm = page.getByRole('alert').filter({ hasText: 'The audit is not as it was sealed. Record 2 was altered.' })
  await expect(alarm).toBeVisible()
  await expect(page.getByText(/not as it was sealed: \d+ findings/)).toBeVisible()
  expect(await api.get<HealthView>('/api/health')).toMatchObject({ ok: true, audit: { ok: false, state: 'broken', soundUpTo: 1 } })
  await alarm.getByRole('link', { name: 'Look at the audit' }).click()
  alter(panel.dataDir, 2)
  await page.getByRole('button', { name: 'Verify again' }).click()
  await expect(page.getByText(/Chain verified up to record \d+/)).toBeVisible()
  await expect(alert).toBeHidden()
})

test('in Chinese, deeds and ends are words', async ({ page, context, panel, api }) => {
  await sealedAll(api)
  await context.addCookies([{ name: 'dm-panel-language', value: 'zh-CN', url: panel.url }])
  await page.goto('/audit')
  const row = page.getByRole('row', { name: /创建 API 令牌/ }).first()
  await expect(row).toContainText('完成')
})

/** Turns a letter of a record's actor upside down, past the panel; a second time turns it back. */
const alter = (folder: string, number: number): void => {
  const db = new Database(path.join(folder, 'panel.sqlite'))
  db.pragma('busy_timeout = 10000')
  const row = db.prepare('select id, actor from AuditRecord where number = ?').get(number) as { id: string; actor: string } // both are texts
  const actor = row.actor.startsWith('x') ? row.actor.slice(1) : `x${row.actor}`
  db.prepare('update AuditRecord set actor = ? where id = ?').run(actor, row.id)
  db.close()
}

test('downloads in three formats; the chain is verified and a changed record is found', async ({ page, api }, info) => {
  await sealedAll(api)
  await page.goto('/audit')
  const csv = await downloadAudit(page, 'CSV', info)
  expect((await readFile(csv, 'utf8')).split('\n')[0]).toMatch(/number/i)
  const text = await downloadAudit(page, 'Text', info)
  expect(await readFile(text, 'utf8')).toContain('alice@example.org')
  const jsonl = await downloadAudit(page, 'JSONL, with the head', info)
  expect(await verifyAudit(jsonl)).toMatchObject({ code: 0, out: expect.stringContaining('0 findings') })

  const lines = (await readFile(jsonl, 'utf8')).split('\n')
  const at = lines.findIndex((line) => line.includes('alice@example.org'))
  const changed = info.outputPath('changed.jsonl')
  await writeFile(
    changed,
    lines.map((line, index) => (index === at ? line.replace('alice@example.org', 'mallory@example.org') : line)).join('\n'),
  )
  const found = await verifyAudit(changed)
  expect(found.code).not.toBe(0)
  expect(found.out).toMatch(/altered|changed/)

  const cut = info.outputPath('cut.jsonl')
  await writeFile(cut, lines.filter((_, index) => index !== at + 1).join('\n'))
  expect((await verifyAudit(cut)).code).not.toBe(0)
})
