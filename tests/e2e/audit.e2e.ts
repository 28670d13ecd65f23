import { readFile, writeFile } from 'node:fs/promises'
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
