import { clusterOf, oneHost, runReviewedPlan, topology } from './cluster'
import { expect, test } from './fixtures'
import { continueToEnd, looksRight } from './looks'

test.use({ site: 'scale' })

test('scale-out: the document’s example as it is, problems by line, a new host proved, the worker joins', async ({
  page,
  panel,
  api,
  sim,
}) => {
  test.setTimeout(240_000)
  const [a = '', b = ''] = panel.hosts
  await clusterOf(api, sim, 'grown', oneHost(a))
  await page.goto('/clusters/grown/scale-out')
  const editor = page.getByRole('textbox', { name: 'scale.yaml' })
  await expect(editor).toBeVisible({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Next: Access' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'No new instance yet' })).toBeVisible()

  await page.getByRole('button', { name: 'Example' }).click()
  const found = page.getByRole('table', { name: 'New instances' })
  await expect(found.getByRole('row', { name: /172\.16\.5\.140:8262 dm-worker new/ })).toBeVisible()
  await expect(page.getByRole('list', { name: 'Problems of the text' })).toBeHidden()
  await looksRight(page, 'scale-out, instances')

  await editor.fill(`worker_servers:\n  - host: ${a}\n    hots: 1\n`)
  await expect(page.getByRole('list', { name: 'Problems of the text' }).getByRole('button', { name: /^line 3/ })).toBeVisible()
  await editor.fill(`worker_servers:\n  - host: ${a}\n`)
  await page
    .getByRole('list', { name: 'Problems of the text' })
    .getByRole('button', { name: /^line 2/ })
    .first()
    .press('Enter')
  await expect(editor).toBeFocused()

  await editor.fill('')
  await page.getByLabel('Hosts', { exact: true }).fill(b)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await expect(editor).toContainText(b)
  await expect(found.getByRole('row', { name: new RegExp(`${b}:8262 dm-worker new`) })).toBeVisible()
  await page.getByRole('button', { name: 'Next: Access' }).click()
  await page.getByRole('combobox', { name: 'Log in with' }).selectOption({ label: 'Simulated hosts (root)' })
  await page.getByRole('button', { name: 'Read the host keys' }).click()
  await expect(page.getByRole('cell', { name: 'confirmed' })).toBeVisible({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Try the login' }).click()
  await expect(page.getByRole('cell', { name: /^works/ })).toBeVisible({ timeout: 30_000 })
  await looksRight(page, 'scale-out, access')
  await page.getByRole('button', { name: 'Next: Packages' }).click()
  await expect(page.getByLabel('dm-worker')).toContainText('what the role runs now: v8.5.0')
  await looksRight(page, 'scale-out, packages')
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await runReviewedPlan(page, 'Scale out grown', 'grown')
  await continueToEnd(page)
  await page.goto('/clusters/grown')
  await expect(page.getByRole('row', { name: new RegExp(`${b}:8262 dm-worker .*Free`) })).toBeVisible({ timeout: 30_000 })
})

test('scale-in: one master per plan, what is deleted, the name typed; the member is gone', async ({ page, panel, api, sim }) => {
  test.setTimeout(240_000)
  const [, , d = '', e = '', f = '', g = '', h = ''] = panel.hosts
  await clusterOf(api, sim, 'shrunk', topology([d, e, f], [g, h]))
  await page.goto('/clusters/shrunk/scale-in')
  await expect(page.getByText('= 0 of 5 instances')).toBeVisible({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Next: Consequences' }).click()
  await expect(page.getByRole('button', { name: 'Tick at least one instance.', exact: true })).toBeVisible()
  await page.getByRole('checkbox', { name: `Choose ${e}:8261` }).check()
  await expect(page.getByRole('row', { name: new RegExp(`${f}:8261.*one master per plan`) })).toBeVisible()
  await page.getByRole('checkbox', { name: `Choose ${f}:8261` }).press('Space')
  await expect(page.getByRole('checkbox', { name: `Choose ${f}:8261` })).not.toBeChecked()
  await page.getByRole('checkbox', { name: `Choose ${g}:8262` }).check()
  await expect(page.getByText('2 stay, quorum 2')).toBeVisible()
  await looksRight(page, 'scale-in, instances')
  await page.getByRole('button', { name: 'Next: Consequences' }).click()
  const deleted = page.getByRole('table', { name: 'What is deleted' })
  await expect(deleted.getByRole('row', { name: new RegExp(`${e}:8261 .*/dm/data/dm-master-8261`) })).toBeVisible()
  await looksRight(page, 'scale-in, consequences')
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await expect(page.getByLabel('Type shrunk to confirm')).toBeVisible({ timeout: 60_000 })
  await looksRight(page, 'scale-in, review')
  await runReviewedPlan(page, 'Remove from shrunk', 'shrunk')
  await continueToEnd(page)
  await page.goto('/clusters/shrunk')
  await expect(page.getByText('Total nodes: 3')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText(`${e}:8261`)).toHaveCount(0)
})

test('prune and a scale of a cluster whose job holds it say why they wait', async ({ page, panel, api, sim }) => {
  const [, , , , , , , i = ''] = panel.hosts
  await clusterOf(api, sim, 'held', oneHost(i))
  await page.goto('/clusters/held/prune')
  await expect(page.getByText('all that are stale').first()).toBeVisible({ timeout: 30_000 })
  await looksRight(page, 'prune')
  panel.fault(i, 'fail-start dm-worker-8262')
  const plan = await api.plan('held', 'restart', { roles: ['dm-worker'], nodes: [] })
  const job = await api.run(plan)
  await api.jobIn(job.id, ['waiting', 'failed'])
  await page.goto('/clusters/held/scale-in')
  await expect(page.getByText(`Job #${job.number} holds the cluster.`)).toBeVisible({ timeout: 30_000 })
  await page.goto('/clusters/held')
  await page.getByRole('button', { name: 'More actions' }).click()
  await expect(page.getByRole('menuitem', { name: /Upgrade….*holds the cluster/ })).toHaveAttribute('aria-disabled', 'true')
  panel.fault(i)
})
