import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import type { ClusterDetail } from '@/server/domain/api'
import type { PulledFileView } from '@/server/domain/files'
import { clusterOf, runReviewedPlan, topology } from './cluster'
import { expect, test } from './fixtures'
import { continueToEnd, looksRight } from './looks'

test.use({ site: 'files' })

const makePlan = (page: Page): Promise<void> => page.getByRole('button', { name: 'Make the plan' }).click()
const own = Buffer.from('somebody’s own file\n'.repeat(200))
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

test('a file to the hosts, the same from them, and another key', async ({ page, panel, api, sim }) => {
  test.setTimeout(150_000)
  const [a = '', b = ''] = panel.hosts
  await clusterOf(api, sim, 'shop', topology([a], [b]), { started: false })

  await test.step('push', async () => {
    await page.goto('/clusters/shop/files')
    await page.getByRole('button', { name: /^Next/ }).click()
    await expect(page.getByRole('alert').filter({ hasText: 'Choose a file.' })).toBeVisible()
    await page.getByLabel('File', { exact: true }).setInputFiles({ name: 'own.conf', mimeType: 'text/plain', buffer: own })
    await expect(page.getByRole('status').filter({ hasText: 'own.conf' })).toBeVisible()
    await page.getByRole('button', { name: 'Insert .DeployDir' }).click()
    await page.getByLabel('Path on the hosts').press('End')
    await page.getByLabel('Path on the hosts').pressSequentially('/conf/')
    await looksRight(page, 'what is sent')
    await page.getByRole('button', { name: /^Next/ }).click()
    await makePlan(page)
    await page.getByRole('button', { name: 'Expand all' }).click({ timeout: 30_000 })
    await expect(page.getByText('dm-master-8261/conf/own.conf').first()).toBeVisible()
    await runReviewedPlan(page, 'Send it to shop', 'shop')
    await continueToEnd(page)
  })

  await test.step('pull', async () => {
    await page.goto('/clusters/shop/files')
    await page.getByText('Fetch files from the hosts').click()
    await page.getByLabel('Paths on the hosts').fill('{{ .DeployDir }}/conf/own.conf\n{{ .DeployDir }}/conf/none.conf')
    await looksRight(page, 'what is fetched')
    await page.getByRole('button', { name: /^Next/ }).click()
    await makePlan(page)
    await page.getByRole('tab', { name: /Checks/ }).click({ timeout: 30_000 })
    await expect(page.getByText('none.conf is not there').first()).toBeVisible()
    await runReviewedPlan(page, 'Fetch them from shop', 'shop')
    await continueToEnd(page)
    const fetched = page.getByRole('region', { name: 'Fetched files' })
    await expect(fetched.getByRole('status')).toContainText('2 files', { timeout: 10_000 })
    await looksRight(page, 'fetched files')
    const link = fetched.getByRole('link', { name: `of ${a}` })
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
    expect(download.suggestedFilename()).toBe('own.conf')
    expect(sha256(await readFile((await download.path()) ?? ''))).toBe(sha256(own))
    const job = page.url().replace(/^.*\//, '')
    const files = await api.get<PulledFileView[]>(`/api/jobs/${job}/files`)
    expect(files.map((one) => [one.host, one.sha256])).toEqual([a, b].sort().map((host) => [host, sha256(own)]))
    await fetched.getByRole('button', { name: 'Delete now' }).click()
    await expect(fetched.getByRole('status')).toContainText('No file is kept.')
  })

  await test.step('rotate-ssh', async () => {
    await page.goto('/clusters/shop')
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Rotate SSH keys…' }).click()
    await looksRight(page, 'rotation dialog')
    await makePlan(page)
    await expect(page.getByText('Prove the new key on every host').first()).toBeVisible({ timeout: 30_000 })
    await runReviewedPlan(page, 'Rotate the key of shop', 'shop')
    await continueToEnd(page)
    expect((await api.get<ClusterDetail>('/api/clusters/shop')).formerKeyOn).toEqual([])
    // By the new key, from here on.
    const plan = await api.plan('shop', 'exec', { command: 'id -un' })
    expect(plan).toMatchObject({ state: 'ready' })
  })
})
