import path from 'node:path'
import type { Page, TestInfo } from '@playwright/test'
import { buildStandins, standinHotfix } from '../lab/build-packages'
import { on } from '../lab/on-host'
import { bindingsAt } from '../lab/running-cluster'
import { labAvailable } from '../support/lab'
import { jobState, runReviewedPlan } from './cluster'
import { expect, type LabCluster, test } from './lab-cluster'
import { continueToEnd } from './looks'

/** What is done to a running cluster on real hosts, in the browser. Each test goes on where the one before ended. */
test.use({ site: 'lab-operations' })
test.describe.configure({ mode: 'serial' })
const available = labAvailable()
test.skip(!available.ok, available.why)

const [version, next] = ['v8.5.0', 'v8.5.1']

test('a rolling restart: a pause after the first master and the first worker, then all are other processes', async ({
  page,
  lab,
}, info) => {
  test.setTimeout(300_000)
  const before = await pids(lab)
  await fromMenu(page, 'Restart…')
  await expect(page.getByText('= 7 of 7 instances')).toBeVisible({ timeout: 30_000 })
  await shot(page, info, 'restart-instances')
  await page.getByRole('button', { name: 'Next: How' }).click()
  await shot(page, info, 'restart-how')
  await reviewed(page, info, 'Restart')
  await expect(page.getByRole('alert').filter({ hasText: /^Canary: .* is done/ })).toBeVisible({ timeout: 120_000 })
  await shot(page, info, 'restart-canary')
  expect(await continueToEnd(page, 240_000)).toBe(2)
  await shot(page, info, 'restart-done')
  const after = await pids(lab)
  for (const [at, pid] of after.entries()) expect([pid === '0', pid === before[at]], `process ${at}`).toEqual([false, false])
  expect(await sources(lab)).toEqual(['mysql-01', 'mysql-02'])
})

test('scale-out: a second worker on a host of the cluster, typed as tiup takes it', async ({ page, lab }, info) => {
  test.setTimeout(180_000)
  const id = `${lab.address(1)}:8263`
  await fromMenu(page, 'Scale out…')
  await page.getByRole('textbox', { name: 'scale.yaml' }).fill(`worker_servers:\n  - host: ${lab.address(1)}\n    port: 8263\n`)
  const added = page.getByRole('table', { name: 'New instances' }).getByRole('row', { name: new RegExp(`^${literal(id)}`) })
  await expect(added).toContainText('in the cluster')
  await shot(page, info, 'scale-out-instances')
  await page.getByRole('button', { name: 'Next: Access' }).click()
  await expect(page.getByText('Every host is in the cluster already').first()).toBeVisible()
  await page.getByRole('button', { name: 'Next: Packages' }).click()
  await expect(page.getByRole('combobox', { name: 'dm-worker' })).toContainText(`what the role runs now: ${version}`)
  await shot(page, info, 'scale-out-packages')
  await reviewed(page, info, 'Scale out')
  await expect(jobState(page, 'succeeded')).toBeVisible({ timeout: 120_000 })
  await page.getByRole('link', { name: 'Open lab' }).click()
  await expect(rowOf(page, id)).toContainText('Free', { timeout: 30_000 })
  await shot(page, info, 'scale-out-done')
})

test('scale-in: it leaves again, with what is deleted said before; its host has nothing of it left', async ({ page, lab }, info) => {
  test.setTimeout(180_000)
  const id = `${lab.address(1)}:8263`
  await fromMenu(page, 'Scale in…')
  await page.getByRole('checkbox', { name: `Choose ${id}` }).check()
  await expect(page.getByText(`tiup dm scale-in lab -N ${id}`).first()).toBeVisible()
  await shot(page, info, 'scale-in-instances')
  await page.getByRole('button', { name: 'Next: Consequences' }).click()
  await expect(page.getByText('/home/tidb/dm/deploy/dm-worker-8263').first()).toBeVisible()
  await shot(page, info, 'scale-in-consequences')
  await reviewed(page, info, 'Remove from')
  await expect(jobState(page, 'succeeded')).toBeVisible({ timeout: 120_000 })
  await page.getByRole('link', { name: 'Open lab' }).click()
  await expect(rowOf(page, `${lab.address(1)}:8262`)).toBeVisible()
  await expect(rowOf(page, id)).toHaveCount(0)
  await shot(page, info, 'scale-in-done')
  const left = 'find /home/tidb/dm /etc/systemd/system -name "dm-worker-8263*"'
  expect(await on(lab.host(1), 'sh', '-c', left)).toBe('')
  expect(await sources(lab)).toEqual(['mysql-01', 'mysql-02'])
})

test('a hotfix: built of one program, asked for its version on a host, and put on one worker', async ({ page, lab }, info) => {
  test.setTimeout(240_000)
  await page.goto('/packages/hotfix')
  await page.getByLabel('Running version').selectOption(version)
  await page.locator('input[type=file]').setInputFiles(path.join(buildStandins(), standinHotfix, 'dm-worker'))
  await expect(page.getByRole('table', { name: 'dm-worker hotfix' }).getByRole('row', { name: /replaced/ })).toHaveCount(1, {
    timeout: 60_000,
  })
  await page.getByLabel('Ticket').fill('DM-812')
  await shot(page, info, 'hotfix-built')
  await page.getByRole('button', { name: 'Save the package' }).click()
  await page.waitForURL(/\/packages\/[0-9a-f]{64}/)
  const said = page.getByRole('region', { name: 'What its program says' })
  await said.getByRole('button', { name: 'Run -V' }).click()
  await expect(said.getByRole('cell', { name: standinHotfix, exact: true })).toBeVisible({ timeout: 60_000 })
  await shot(page, info, 'hotfix-package')

  await fromMenu(page, 'Patch…')
  await page.getByRole('checkbox', { name: /^Choose dm-worker \S*DM-812/ }).check()
  await shot(page, info, 'patch-packages')
  await page.getByRole('button', { name: 'Next: Nodes' }).click()
  await page.getByRole('checkbox', { name: `Choose ${lab.address(3)}:8262` }).check()
  await shot(page, info, 'patch-nodes')
  await page.getByRole('button', { name: 'Next: Order and notes' }).click()
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await page.getByRole('button', { name: 'Choose what later scale-outs get.', exact: true }).click()
  await page.getByRole('radio', { name: /get the package of the cluster’s version/ }).check()
  await page.getByLabel('Ticket').fill('DM-812')
  await shot(page, info, 'patch-notes')
  await reviewed(page, info, 'Patch')
  expect(await continueToEnd(page, 120_000)).toBe(0)
  await shot(page, info, 'patch-done')
  expect(await released(lab)).toEqual([...Array(5).fill(version), standinHotfix])
})

test('the ledger shows it, the hosts agree; rolled back from there, all is as before', async ({ page, lab }, info) => {
  test.setTimeout(240_000)
  const node = `${lab.address(3)}:8262`
  await fromMenu(page, 'Ledger: what runs where')
  const row = page.getByRole('table', { name: 'Programs' }).getByRole('row', { name: new RegExp(`^${literal(node)}`) })
  await expect(row).toContainText(standinHotfix)
  await expect(row).toContainText('DM-812')
  await expect(page.getByText(/^2 different programs run as dm-worker/)).toBeVisible()
  await compare(page, info, 'ledger')
  await expect(page.getByRole('table', { name: 'Compared with the hosts' }).getByText(standinHotfix)).toHaveCount(1)
  await row.press('Enter')
  const drawer = page.getByRole('complementary', { name: `Ledger of ${node}` })
  await expect(drawer.getByText('DM-812').first()).toBeVisible()
  await shot(page, info, 'ledger-entry')
  await drawer.getByRole('link', { name: 'Roll back…' }).click()

  await expect(page.getByRole('radio', { name: /^Hotfixes: each instance/ })).toBeChecked()
  await shot(page, info, 'rollback-what')
  await page.getByRole('button', { name: 'Next: Instances' }).click()
  await expect(page.getByRole('checkbox', { name: `Choose ${node}` })).toBeChecked()
  await shot(page, info, 'rollback-instances')
  await page.getByRole('button', { name: 'Next: Order and gates' }).click()
  await reviewed(page, info, 'Patch')
  expect(await continueToEnd(page, 120_000)).toBe(0)
  expect(await released(lab)).toEqual(Array(6).fill(version))
  await page.goto('/clusters/lab/ledger')
  await expect(row).toContainText('rollback')
  await expect(page.getByText(/different programs run as/)).toHaveCount(0)
  await compare(page, info, 'ledger-back')
  await expect(page.getByText(standinHotfix)).toHaveCount(0)
})

test('upgrade: what is missing is fetched from the mirror, every pause continued', async ({ page, lab }, info) => {
  test.setTimeout(420_000)
  await fromMenu(page, 'Upgrade…')
  await page.getByRole('radio', { name: `Choose ${next}` }).check()
  await shot(page, info, 'upgrade-missing')
  await page.getByRole('button', { name: /^Fetch \d from the mirror/ }).click()
  await expect(page.getByRole('row', { name: new RegExp(`${literal(next)}.*all in the store`) })).toBeVisible({ timeout: 90_000 })
  await page.getByRole('button', { name: 'Next: What runs now' }).click()
  await shot(page, info, 'upgrade-now')
  await page.getByRole('button', { name: 'Next: Order, gates, backup' }).click()
  await shot(page, info, 'upgrade-how')
  await reviewed(page, info, 'Upgrade')
  expect(await continueToEnd(page, 360_000)).toBe(3) // first master, last master, first worker
  await shot(page, info, 'upgrade-done')
  expect(await released(lab)).toEqual(Array(6).fill(next))
  expect(await sources(lab)).toEqual(['mysql-01', 'mysql-02'])
  await page.getByRole('link', { name: 'Open lab' }).click()
  await expect(page.getByText(next).first()).toBeVisible()
})

/** From the menu of the cluster's page. */
const fromMenu = async (page: Page, item: string): Promise<void> => {
  await page.goto('/clusters/lab')
  await expect(rowOf(page, '10')).not.toHaveCount(0, { timeout: 30_000 })
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}

/** From a wizard's last step through the review to the running job. */
const reviewed = async (page: Page, info: TestInfo, verb: string): Promise<void> => {
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await expect(page.getByRole('button', { name: `${verb} lab`, exact: true })).toBeVisible({ timeout: 90_000 })
  await shot(page, info, `${verb.split(' ')[0]?.toLowerCase()}-review`)
  await runReviewedPlan(page, `${verb} lab`, 'lab')
}

/** Asks the hosts: every program is the one that the ledger notes. */
const compare = async (page: Page, info: TestInfo, name: string): Promise<void> => {
  await page.getByRole('button', { name: 'Compare with the hosts' }).click()
  const verdicts = page.getByRole('table', { name: 'Compared with the hosts' })
  await expect(verdicts.getByText('as noted', { exact: true })).toHaveCount(7, { timeout: 60_000 })
  await shot(page, info, name)
}

const literal = (text: string): string => text.replaceAll('.', '\\.')
const rowOf = (page: Page, id: string) => page.getByRole('table', { name: 'lab' }).getByRole('row', { name: new RegExp(`^${literal(id)}`) })
const shot = async (page: Page, info: TestInfo, name: string): Promise<void> => {
  await page.screenshot({ path: info.outputPath(`${name}.png`) })
}

/** The masters of hosts 1 to 3, then the workers. */
const each = <T>(lab: LabCluster, ask: (host: LabCluster['hosts'][number], unit: string) => Promise<T>): Promise<T[]> =>
  Promise.all(['dm-master-8261', 'dm-worker-8262'].flatMap((unit) => lab.hosts.map((host) => ask(host, unit))))
const pids = (lab: LabCluster): Promise<string[]> =>
  each(lab, async (host, unit) => (await on(host, 'systemctl', 'show', '-pMainPID', '--value', unit)).trim())

/** The version of the program that runs, by the hosts' own word: it is the one that lies on the disk. */
const released = (lab: LabCluster): Promise<string[]> =>
  each(lab, async (host, unit) => {
    const file = `/home/tidb/dm/deploy/${unit}/bin/${unit.slice(0, -5)}/${unit.slice(0, -5)}`
    const script = 'sha256sum < /proc/$(systemctl show -pMainPID --value "$1")/exe; sha256sum < "$2"; "$2" -V | head -1'
    const [runs, lies, said = ''] = (await on(host, 'bash', '-c', script, 'bash', unit, file)).trim().split('\n')
    return runs === lies ? said.replace('Release Version: ', '') : `${unit}: the process is another program than ${file}`
  })
const sources = async (lab: LabCluster): Promise<string[]> => Object.values(await bindingsAt(lab.address(1))).toSorted()
