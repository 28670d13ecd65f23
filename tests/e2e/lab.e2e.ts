import { readFile } from 'node:fs/promises'
import type { Page, TestInfo } from '@playwright/test'
import { listingOf, on } from '../lab/on-host'
import { labAvailable, labCredentials, labPrivateKey } from '../support/lab'
import { until } from '../support/panel'
import { downloadAudit, verifyAudit } from './audit-file'
import {
  addCredential,
  type DeployWish,
  deployByBrowser,
  fetchAllFor,
  fetchPackage,
  type Login,
  pinMirror,
  setUpByBrowser,
} from './by-browser'
import { jobState, operate, runReviewedPlan } from './cluster'
import { expect, type LabSite, test } from './lab-site'

/** The life of one cluster on real hosts, in the browser alone. Each test goes on where the one before ended. */
test.use({ site: 'lab' })
test.describe.configure({ mode: 'serial' })
const lab = labAvailable()
test.skip(!lab.ok, lab.why)

const version = 'v8.5.0'

test('a new panel: administrator by the printed link, root of the mirror compared and pinned, packages fetched', async ({
  page,
  context,
  labSite,
}, info) => {
  test.setTimeout(240_000)
  await setUpByBrowser(page, /http:\S+setup\?token=\S+/.exec(labSite.panel.output())?.[0] ?? '')
  await page.getByRole('button', { name: 'Connect my hosts' }).click()
  await page.getByRole('link', { name: 'Get packages' }).click()
  await expect(page.getByText('No packages yet')).toBeVisible()
  await pinMirror(page, labSite.mirror)
  await fetchPackage(page, 'dmctl', version)
  expect(await fetchAllFor(page, version)).toBe(8)
  await expect(page.getByRole('row', { name: /^(dm-master|dm-worker|dmctl|prometheus|grafana) ?v8\.5\.0/ })).toHaveCount(5)
  await shot(page, info, 'mirror')
  labSite.session = await context.storageState()
})

test('a deploy that is cancelled half way is removed; the hosts are as they were', async ({ page, labSite }, info) => {
  test.setTimeout(300_000)
  const before = await Promise.all(labSite.hosts.map(listingOf))
  const root: Login = { user: 'root', sudo: 'root', privateKey: labPrivateKey() }
  await deployByBrowser(page, await wishOf(labSite, root))
  await runReviewedPlan(page, 'Deploy lab', 'lab')
  await stepsEnded(page, 40)
  await page.getByRole('button', { name: 'Cancel…' }).click()
  await page.getByRole('button', { name: 'Cancel the job' }).click()
  await expect(jobState(page, 'cancelled')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByRole('list', { name: 'Plan' }).getByText(/(will run|running)$/)).toHaveCount(0)
  await shot(page, info, 'cancelled')
  expect(await listingOf(labSite.host(1))).not.toBe(before[0])
  await page.getByRole('link', { name: 'Remove what was done…' }).click()
  // The login of the deploy is wiped, and not every host knows the deploy user yet.
  await addCredential(page, 'removal', root)
  await page.getByRole('combobox', { name: 'Log in with' }).selectOption('removal (root)')
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await runReviewedPlan(page, 'Remove lab from its hosts', 'lab')
  await expect(jobState(page, 'succeeded')).toBeVisible({ timeout: 90_000 })
  const after = await Promise.all(labSite.hosts.map(listingOf))
  for (const [i, text] of after.entries()) expect(text.split('\n')).toEqual(before[i]?.split('\n'))
  await page.goto('/clusters')
  await expect(page.getByRole('heading', { name: 'What do you want to begin with?' })).toBeVisible()
})

test('the wizard: text and form; the runner is killed in mid-deploy and the job page goes on', async ({ page, labSite }, info) => {
  test.setTimeout(360_000)
  const wish = await wishOf(labSite, { user: labCredentials.admin.user, sudo: 'password', password: labCredentials.admin.password })
  await deployByBrowser(page, { ...wish, onStep: (step) => shot(page, info, step) })
  await expect(page.getByRole('button', { name: 'Deploy lab' })).toBeVisible({ timeout: 90_000 })
  await shot(page, info, 'review')
  await runReviewedPlan(page, 'Deploy lab', 'lab')
  await stepsEnded(page, 130)
  labSite.panel.kill('runner')
  await expect(page.getByText('taken up again once')).toBeVisible({ timeout: 60_000 })
  await shot(page, info, 'taken-up-again')
  await expect(jobState(page, 'succeeded')).toBeVisible({ timeout: 180_000 })
  await shot(page, info, 'deployed')
  await page.goto('/hosts?tab=credentials')
  await expect(page.getByText('key made by the panel')).toBeVisible()
  await expect(page.getByText('admin, lab')).toHaveCount(0)
})

test('start: one leader, free workers, monitors up; the tail of a worker’s log', async ({ page, labSite }, info) => {
  test.setTimeout(240_000)
  await page.goto('/clusters/lab')
  await operate(page, 'Start', 'lab')
  await expect(jobState(page, 'succeeded')).toBeVisible({ timeout: 150_000 })
  await page.getByRole('link', { name: 'Open lab' }).click()
  await expect(status(page, 'Healthy|L')).toHaveCount(1, { timeout: 30_000 })
  await expect(status(page, 'Healthy')).toHaveCount(2)
  await expect(status(page, 'Free')).toHaveCount(3)
  await expect(status(page, 'Up')).toHaveCount(3)
  await expect(page.getByText('Total nodes: 9')).toBeVisible()
  await expect(page.getByRole('table', { name: 'lab' }).getByRole('cell', { name: /^\d+[sm]$/ })).toHaveCount(9) // since when each runs
  await shot(page, info, 'live')
  const id = `${labSite.host(4).address}:8262`
  await rowOf(page, id).press('Enter')
  const drawer = page.getByRole('complementary', { name: `Instance ${id}` })
  await drawer.getByRole('button', { name: /^Read the last/ }).click()
  await expect(drawer.getByText(/Welcome to dm-worker/)).toBeVisible({ timeout: 30_000 })
  await shot(page, info, 'log')
})

test('a worker killed on its host is seen before systemd starts it again, and seen again when it is back', async ({
  page,
  labSite,
}, info) => {
  test.setTimeout(150_000)
  const id = `${labSite.host(5).address}:8262`
  await page.goto('/clusters/lab')
  await expect(rowOf(page, id)).toContainText('Free', { timeout: 30_000 })
  await rowOf(page, id).press('Enter')
  await on(labSite.host(5), 'systemctl', 'kill', '-s', 'KILL', 'dm-worker-8262')
  const drawer = page.getByRole('complementary', { name: `Instance ${id}` })
  await expect(drawer.getByText(/activating|auto-restart/).first()).toBeVisible({ timeout: 14_000 }) // systemd waits 15 s
  await expect(rowOf(page, id)).toContainText('Offline', { timeout: 14_000 })
  await shot(page, info, 'killed')
  await expect(rowOf(page, id)).toContainText('Free', { timeout: 60_000 })
})

test('a host whose key has changed is a hard stop, until the new key is typed from its console', async ({ page, labSite }, info) => {
  test.setTimeout(240_000)
  const host = labSite.host(6)
  await on(host, 'sh', '-c', changeKey)
  await page.goto('/clusters/lab')
  const stopped = page.getByRole('alert').filter({ hasText: host.address })
  await expect(stopped).toBeVisible({ timeout: 60_000 })
  await shot(page, info, 'key-changed')
  await page.getByRole('button', { name: 'Stop…', exact: true }).click()
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await expect(page.getByText(/shows another host key than the pinned one/)).toBeVisible({ timeout: 60_000 })
  await shot(page, info, 'plan-refused')
  await expect(page.getByRole('button', { name: 'Stop lab' })).toHaveCount(0)

  await page.goto('/clusters/lab')
  await stopped.getByRole('link', { name: 'Look at it…' }).click()
  await page.getByRole('button', { name: 'Look at it…' }).click()
  const pin = page.getByRole('button', { name: 'Pin the new key' })
  await expect(pin).toHaveAttribute('aria-disabled', 'true')
  await shot(page, info, 'new-key')
  const fingerprint = (await fingerprintsOf(labSite)).get(host.address) ?? ''
  await page.getByLabel(/^Type its last 8 characters/).fill(fingerprint.slice(-8))
  await pin.click()
  await expect(page.getByText('Pinned', { exact: true }).first()).toBeVisible({ timeout: 30_000 })
  await page.goto('/clusters/lab')
  await expect(rowOf(page, `${host.address}:8262`)).toBeVisible()
  await expect(stopped).toBeHidden({ timeout: 60_000 })
  await expect(rowOf(page, `${host.address}:8262`)).toContainText('Free', { timeout: 30_000 })
})

test('stop; the audit that is downloaded holds it all and verifies', async ({ page, labSite }, info) => {
  test.setTimeout(150_000)
  await page.goto('/clusters/lab')
  await operate(page, 'Stop', 'lab')
  await expect(jobState(page, 'succeeded')).toBeVisible({ timeout: 90_000 })
  await page.getByRole('link', { name: 'Open lab' }).click()
  await expect(status(page, 'Down')).toHaveCount(6, { timeout: 30_000 })
  for (const { index } of labSite.hosts)
    expect(
      (await on(labSite.host(index), 'sh', '-c', 'systemctl is-active dm-master-8261 dm-worker-8262 || true')).split('\n'),
    ).not.toContain('active')
  await shot(page, info, 'stopped')
  await page.goto('/audit')
  await expect(page.getByRole('row', { name: /tiup dm stop lab/ }).first()).toBeVisible()
  const file = await downloadAudit(page, 'JSONL, with the head', info)
  expect(await verifyAudit(file)).toMatchObject({ code: 0, out: expect.stringContaining('0 findings') })
  const text = await readFile(file, 'utf8')
  for (const command of [`tiup dm deploy lab ${version}`, 'tiup dm start lab', 'tiup dm stop lab']) expect(text).toContain(command)
  expect(text).not.toContain(labCredentials.admin.password)
  await shot(page, info, 'audit')
})

const status = (page: Page, word: string) => page.getByRole('table', { name: 'lab' }).getByText(word, { exact: true })
const rowOf = (page: Page, id: string) => page.getByRole('row', { name: new RegExp(`^${id.replaceAll('.', '\\.')}`) })
const shot = async (page: Page, info: TestInfo, name: string): Promise<void> => {
  await page.screenshot({ path: info.outputPath(`${name}.png`) })
}

/** Waits until the open job has ended a number of steps. */
const stepsEnded = async (page: Page, count: number): Promise<void> => {
  const progress = page.getByText(/\d+ of \d+ steps$/).first()
  await until(async () => Number(/(\d+) of/.exec((await progress.textContent()) ?? '')?.[1] ?? 0) >= count, 120_000)
}

/** Fingerprints as each host's own console shows them. */
const fingerprintsOf = async ({ hosts }: LabSite): Promise<Map<string, string>> => {
  const said = await Promise.all(hosts.map((host) => on(host, 'ssh-keygen', '-lf', '/etc/ssh/ssh_host_ed25519_key.pub')))
  return new Map(hosts.map(({ address }, at) => [address, /SHA256:\S+/.exec(said[at] ?? '')?.[0] ?? '']))
}

/** Another key for a host that goes on running; sessions that are open are ended, as a new host would have none. */
const changeKey = `set -e
rm /etc/ssh/ssh_host_*
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
systemctl restart ssh
loginctl terminate-user tidb || true`

/** DM as text; the monitors are ticked in the form beside it. */
const wishOf = async (site: LabSite, login: Login): Promise<DeployWish> => {
  const [one, two, three, four, five, six] = site.hosts.map(({ address }) => address)
  return {
    ...{ name: 'lab', version, login, fingerprints: await fingerprintsOf(site) },
    yaml: `# kept by the form
global:
  user: tidb
  ssh_port: 22
  deploy_dir: /home/tidb/dm/deploy
  data_dir: /home/tidb/dm/data
server_configs:
  worker:
    keepalive-ttl: 3
master_servers:
  - host: ${one}
  - host: ${two}
  - host: ${three}
worker_servers:
  - host: ${four}
  - host: ${five}
  - host: ${six}
`,
    inForm: async (page) => {
      for (const role of ['prometheus', 'grafana', 'alertmanager']) await page.getByLabel(`${role} on ${one}`, { exact: true }).check()
      await page.getByLabel('node_exporter and blackbox_exporter on every host').check()
      const editor = page.getByRole('textbox', { name: 'topology.yaml' })
      await expect(editor).toContainText('# kept by the form')
      await expect(page.getByText(/^\d+ on 6 hosts$/).first()).toBeVisible()
    },
  }
}
