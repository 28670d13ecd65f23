import type { Page } from '@playwright/test'
import { clusterOf, jobState, oneHost, runReviewedPlan, topology } from './cluster'
import { expect, test } from './fixtures'
import { continueToEnd, looksRight } from './looks'

test.use({ site: 'rolling' })

const plan = (page: Page) => page.getByRole('list', { name: 'Plan' })

test('a rolling restart by keyboard: instances, pace, review, canary, one instance meanwhile, the end', async ({
  page,
  panel,
  api,
  sim,
}) => {
  test.setTimeout(240_000)
  const [a = '', b = '', c = '', d = '', e = ''] = panel.hosts
  await clusterOf(api, sim, 'rolled', topology([a, b, c], [d, e]))
  await page.goto('/clusters/rolled')
  await page.getByRole('button', { name: 'More actions' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Restart…' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Restart rolled' })).toBeVisible()
  await expect(page.getByText('= 5 of 5 instances')).toBeVisible({ timeout: 30_000 })
  await looksRight(page, 'restart, instances')

  await page.getByRole('checkbox', { name: `Choose ${a}:8261` }).focus()
  await page.keyboard.press('Space')
  for (const _ of [b, c, d]) {
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Space')
  }
  await expect(page.getByText('= 4 of 5 instances')).toBeVisible()
  await expect(page.getByText(`-N ${a}:8261,${b}:8261,${c}:8261,${d}:8262`)).toBeVisible()
  await page.getByRole('button', { name: 'dm-worker', exact: false }).first().press('Enter')
  await expect(page.getByText('= 1 of 5 instances')).toBeVisible()
  await page.getByRole('button', { name: 'dm-worker', exact: false }).first().press('Enter')
  await page.getByRole('button', { name: 'Next: How' }).press('Enter')
  await looksRight(page, 'restart, how')

  // A bad number leads to its field, and is kept over a reload.
  await page.getByText('Advanced as usual').click()
  await page.getByLabel('Workers at once').fill('none')
  await page.getByRole('button', { name: 'Make the plan' }).press('Enter')
  const problem = page.getByRole('button', { name: 'Workers at once: a whole number from 1 to 64.', exact: true })
  await problem.press('Enter')
  await expect(page.getByLabel('Workers at once')).toBeFocused()
  await expect(page.getByText('Draft saved')).toBeVisible()
  await page.reload()
  await expect(page.getByText('What you typed before is here again.')).toBeVisible()
  await expect(page.getByLabel('Workers at once')).toHaveValue('none')
  await page.getByLabel('Workers at once').fill('')
  await page.getByRole('button', { name: 'Make the plan' }).press('Enter')

  await expect(page.getByRole('table', { name: 'What replication will feel' })).toContainText('no request fails', { timeout: 60_000 })
  await looksRight(page, 'restart, review')
  await runReviewedPlan(page, 'Restart rolled', 'rolled')
  await expect(page.getByRole('alert').filter({ hasText: /^Canary: .* is done/ })).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText('Continues with 2 more in this phase')).toBeVisible()
  await looksRight(page, 'canary')

  await page.getByText('Start or restart one instance meanwhile…').click()
  await page.getByLabel('Instance', { exact: true }).selectOption(`${d}:8262`)
  await page.getByRole('button', { name: 'Do it now' }).click()
  await expect(page.getByText('Write a reason; it is kept in the audit.')).toBeVisible()
  await page.getByLabel('Why?').fill('it looked stuck')
  await page.getByRole('button', { name: 'Do it now' }).click()
  await expect(page.getByText(new RegExp(`Restart ${d.replaceAll('.', '\\.')}:8262: done`))).toBeVisible({ timeout: 30_000 })
  expect(await continueToEnd(page)).toBe(1)
  await expect(plan(page)).toContainText('dm-workers, one after another')
  const draft = await api.get<unknown>('/api/drafts/restart%3Arolled')
  expect(draft, 'what was typed has become a job').toBeNull()
})

test('a gate is waited for in the open, and skipped only with a reason', async ({ page, panel, api, sim }) => {
  const host = panel.hosts[5] ?? ''
  await clusterOf(api, sim, 'gated', oneHost(host))
  await page.goto(`/clusters/gated/restart?nodes=${host}:8262`)
  await expect(page.getByText('= 1 of 2 instances')).toBeVisible({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Next: How' }).click()
  await page.getByText('Advanced as usual').click()
  await page.getByLabel('Each gate must hold for at least').fill('90')
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await runReviewedPlan(page, 'Restart gated', 'gated')
  await expect(page.getByText(/^waits for/)).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText(/left, then it asks you$/)).toBeVisible()
  await expect(page.getByText('must hold for 1 m 30 s without a break')).toBeVisible()
  await looksRight(page, 'a gate that waits')
  await page.getByRole('button', { name: 'Do not wait for this gate…' }).click()
  await page.getByRole('button', { name: 'Do it' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'Write a reason' })).toBeVisible()
  await page.getByLabel('Why?').fill('it is only a trial')
  await page.getByRole('button', { name: 'Do it' }).click()
  await expect(jobState(page, 'succeeded')).toBeVisible({ timeout: 30_000 })
  await expect(page.getByRole('log').getByText(/gate waived by .*: it is only a trial/)).toBeVisible()
})

test('one master: the outage is consented to and measured; all at once wants a reason', async ({ page, panel, api, sim }) => {
  const host = panel.hosts[6] ?? ''
  await clusterOf(api, sim, 'single', oneHost(host))
  await page.goto('/clusters/single/restart')
  await expect(page.getByText('1, no other can take over')).toBeVisible({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Next: How' }).click()
  await page.getByRole('radio', { name: /All at once/ }).check()
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await page.getByRole('button', { name: 'Say why all at once.', exact: true }).click()
  await expect(page.getByLabel('Why all at once?')).toBeFocused()
  await page.getByRole('radio', { name: /One after another/ }).check()
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await expect(page.getByText(/answers nothing for about \d+ s/).first()).toBeVisible({ timeout: 60_000 })
  await page.getByRole('link', { name: 'Change the choices' }).click()
  await expect(page.getByText('What you typed before is here again.')).toBeVisible()
  await page.goBack()
  await runReviewedPlan(page, 'Restart single', 'single')
  await continueToEnd(page)
  await page.getByText('Was away').click()
  await expect(page.getByRole('table', { name: 'Was away' }).getByRole('row', { name: new RegExp(`API of ${host}:8261`) })).toContainText(
    /\d+(\.\d)? s/,
  )
  await looksRight(page, 'a job that measured')
})
