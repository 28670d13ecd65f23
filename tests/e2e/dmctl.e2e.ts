import { clusterOf, runReviewedPlan, topology } from './cluster'
import { expect, test } from './fixtures'
import { continueToEnd, looksRight } from './looks'

test.use({ site: 'dmctl' })

const canary = 'canary-of-the-browser-5'
const source = `source-id: mysql-01\nfrom: {host: 127.0.0.1, port: 3306, user: root, password: "${canary}"}\n`
const task =
  'name: t1\ntask-mode: all\ntarget-database: {host: 127.0.0.1, port: 4000, user: root, password: ""}\nmysql-instances: [{source-id: mysql-01}]\n'

test('a source is created by the console, moved, its task started, paused and stopped; nothing of its password is kept', async ({
  page,
  panel,
  api,
  sim,
}) => {
  test.setTimeout(120_000)
  const [a = '', b = ''] = panel.hosts
  await clusterOf(api, sim, 'shop', topology([a], [a, b]))
  const line = page.getByRole('combobox', { name: 'Command' })

  await test.step('what only reads is answered at once', async () => {
    await page.goto('/clusters/shop')
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'dmctl…' }).click()
    await line.pressSequentially('list-m')
    await expect(page.getByRole('option', { name: 'list-member' })).toBeVisible()
    await looksRight(page, 'console with completions')
    await line.press('Tab')
    await line.press('Enter')
    await expect(page.getByRole('region', { name: 'Answer' })).toContainText('"stage": "free"', { timeout: 30_000 })
    await expect(page.getByRole('row', { name: /list-member/ })).toContainText('done', { timeout: 10_000 })
    await line.fill('stop-tsk t1')
    await line.press('Enter')
    await expect(page.getByText('dmctl has no command “stop-tsk t1”.')).toBeVisible()
    await looksRight(page, 'console with an answer and a wrong line')
  })

  await test.step('a file is given, reviewed, and gone', async () => {
    await page.goto('/clusters/shop/sources')
    await expect(page.getByText('DM has no source yet.')).toBeVisible({ timeout: 30_000 })
    await page.getByRole('link', { name: 'New source…' }).click()
    await page.getByLabel('source.yaml', { exact: true }).fill(source)
    await looksRight(page, 'console with a file')
    await page.getByRole('button', { name: 'Review…' }).click()
    await expect(page.getByText(/DM gets the source in source.yaml/)).toBeVisible({ timeout: 60_000 })
    await runReviewedPlan(page, 'Run dmctl on shop', 'shop')
    await continueToEnd(page)
    await expect(page.getByRole('region', { name: 'Results' })).toContainText('"source": "mysql-01"')
  })

  await test.step('sources', async () => {
    await page.goto('/clusters/shop/sources')
    await expect(page.getByRole('row', { name: /mysql-01 dm-.*bound/ })).toBeVisible({ timeout: 30_000 })
    await looksRight(page, 'sources')
    await page.getByRole('button', { name: 'Actions for mysql-01' }).click()
    await page.getByRole('menuitem', { name: 'Move to another worker…' }).click()
    await looksRight(page, 'transfer dialog')
    await page.getByRole('button', { name: 'Make the plan' }).click()
    await expect(page.getByText(/The source mysql-01 moves to dm-/)).toBeVisible({ timeout: 60_000 })
    await runReviewedPlan(page, 'Run dmctl on shop', 'shop')
    await continueToEnd(page)
  })

  await test.step('tasks', async () => {
    const input = { line: 'start-task task.yaml', files: [{ name: 'task.yaml', text: task }] }
    const started = await api.run(await api.plan('shop', 'dmctl', input))
    expect((await api.jobIn(started.id, ['succeeded', 'failed', 'waiting'])).state).toBe('succeeded')
    await page.goto('/clusters/shop/tasks')
    const row = page.getByRole('row', { name: /t1 mysql-01/ })
    await expect(row).toBeVisible({ timeout: 30_000 })
    await looksRight(page, 'tasks')
    await page.getByRole('button', { name: 'Actions for t1 on mysql-01' }).click()
    await page.getByRole('menuitem', { name: 'Pause', exact: true }).click()
    await expect(page.getByText(/Task t1 pauses on mysql-01/)).toBeVisible({ timeout: 60_000 })
    await runReviewedPlan(page, 'Run dmctl on shop', 'shop')
    await continueToEnd(page)
    await page.goto('/clusters/shop/tasks')
    await expect(row).toContainText('Paused', { timeout: 30_000 })
  })

  await test.step('nothing of the password anywhere', async () => {
    await page.goto('/clusters/shop/dmctl')
    await expect(page.getByRole('row', { name: /operate-source create source.yaml .*succeeded/ })).toBeVisible()
    for (const path of ['/api/audit?limit=200', '/api/jobs', '/api/clusters/shop/dmctl']) {
      expect(JSON.stringify(await api.get(path)), path).not.toContain(canary)
    }
  })
})
