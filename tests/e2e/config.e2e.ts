import type { ClusterDetail } from '@/server/domain/api'
import { clusterOf, oneHost, runReviewedPlan } from './cluster'
import { expect, test } from './fixtures'
import { continueToEnd, looksRight } from './looks'

test.use({ site: 'config' })

test('edit-config and reload: errors by line, what changes where, a reason; pending until reloaded; and the way back', async ({
  page,
  panel,
  api,
  sim,
}) => {
  test.setTimeout(180_000)
  const host = panel.hosts[0] ?? ''
  await clusterOf(api, sim, 'edited', oneHost(host))
  const detail = () => api.get<ClusterDetail>('/api/clusters/edited')
  const { yaml, revision } = await detail()
  await page.goto('/clusters/edited?tab=config')
  await page.getByRole('link', { name: 'Edit configuration…' }).click()
  const editor = page.getByRole('textbox', { name: 'topology.yaml' })
  await expect(editor).toContainText(host, { timeout: 30_000 })
  const save = page.getByRole('button', { name: 'Save as a new revision' })
  const problems = page.getByRole('list', { name: 'Problems of the text' })

  await editor.fill(`${yaml}    port: 9262\n`)
  await expect(
    problems.getByRole('button', { name: /^line 10 .*port of dm-worker .* can’t change: it is 8262, the text says 9262/ }),
  ).toBeVisible()
  await expect(page.getByText('The text is still being checked.')).toBeHidden()
  await save.click()
  await expect(page.getByRole('alert').filter({ hasText: 'The text has errors' })).toBeVisible()

  await editor.fill(`${yaml}server_configs:\n  worker:\n    log-level: debug # noisy for a day\n`)
  await expect(problems).not.toContainText('can’t change')
  await expect(page.getByRole('region', { name: 'Topology', exact: true })).toContainText('log-level: debug # noisy for a day')
  await looksRight(page, 'edit-config, text')
  await page.getByRole('tab', { name: /Files on hosts 1/ }).click()
  const files = page.getByRole('list', { name: 'Files that a reload writes' })
  await expect(files).toContainText('conf/dm-worker.toml')
  await expect(files).toContainText('log-level = "debug"')
  await looksRight(page, 'edit-config, files')
  await page.screenshot({ path: 'test-results/edit-config.png' })
  await save.click()
  await expect(page.getByLabel('Reason')).toBeFocused()
  await page.getByLabel('Reason').fill('DM-42')

  // Somebody else is faster; nothing that was typed is lost.
  const other = `# of another\n${yaml}`
  await api.post('/api/clusters/edited/edit-config', { yaml: other, base: revision, reason: 'a comment' })
  await save.click()
  await expect(page.getByText(/Meanwhile somebody else has changed the topology|Somebody else saved meanwhile/).first()).toBeVisible()
  await editor.press('Control+End')
  await editor.pressSequentially(' ')
  await page.getByRole('button', { name: /^Save on top of revision/ }).click()
  await expect(editor).toContainText('noisy for a day')
  await expect(page.getByText(/Somebody else saved meanwhile/)).toBeHidden()
  await save.click()

  await expect(page.getByRole('heading', { name: 'Configuration history of edited' })).toBeVisible({ timeout: 30_000 })
  const list = page.getByRole('table', { name: 'Revisions' })
  await expect(list.getByRole('row', { name: /r3 Edit .* DM-42 not on 1 instance/ })).toBeVisible()
  await expect(page.getByText('Saved but not applied: 1 instance(s) do not run revision 3')).toBeVisible()
  await looksRight(page, 'history')
  await page.screenshot({ path: 'test-results/history.png' })
  await page.goto('/clusters')
  await expect(page.getByRole('link', { name: 'r3 not applied' })).toBeVisible()
  await looksRight(page, 'clusters, one not applied')
  await page.goto('/clusters/edited')
  await page.getByRole('link', { name: 'Reload…' }).click()
  await expect(page.getByText('= 2 of 2 instances')).toBeVisible({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Next: How' }).click()
  await looksRight(page, 'reload, how')
  await page.screenshot({ path: 'test-results/reload.png' })
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await runReviewedPlan(page, 'Reload edited', 'edited')
  await continueToEnd(page)
  expect((await detail()).unapplied).toEqual([])

  await page.goto('/clusters/edited/revisions')
  await expect(list.getByRole('row', { name: /r3 .*applied/ })).toBeVisible()
  await page.getByRole('radio', { name: 'Compare from revision 1' }).click()
  await expect(page.getByRole('region', { name: 'Revision 1 to 3' }).first()).toContainText('log-level: debug')
  await page.getByRole('link', { name: 'Revert to revision 1' }).click()
  await expect(page.getByLabel('Reason')).toHaveValue('Back to revision 1')
  await expect(editor).not.toContainText('debug')
  await save.click()
  await expect(list.getByRole('row', { name: /r4 .*not on 1 instance/ })).toBeVisible({ timeout: 30_000 })
})
