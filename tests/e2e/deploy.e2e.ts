import { expect, test } from './fixtures'

test.use({ site: 'deploy' })

const typed = (host: string): string =>
  `# kept by the form
global:
  user: tidb
  ssh_port: 22022
  no_such_key: 1
master_servers:
  - host: ${host} # the only one
worker_servers:
  - host: ${host}
    port: 8261
`

test('problems of a topology are listed with their lines and lead to them; the form keeps comments; a reload keeps all', async ({
  page,
  panel,
  sim,
}) => {
  expect(sim.version).toBe('v8.5.0')
  await page.goto('/clusters/new')
  await page.getByLabel('Cluster name').fill('typed')
  await page.getByLabel('DM version').fill('v8.5.0')
  await page.getByRole('button', { name: 'Next: topology' }).click()
  const editor = page.getByRole('textbox', { name: 'topology.yaml' })
  await editor.fill(typed(panel.hosts[0] ?? ''))
  const problems = page.getByRole('list', { name: /problems?$/ })
  await expect(problems.getByRole('button', { name: /line 5 .*no_such_key/ })).toBeVisible()
  const clash = problems.getByRole('button', { name: /line (7|9|10) .*8261/ })
  await expect(clash.first()).toBeVisible()
  await page.getByRole('button', { name: 'Next: access' }).click()
  await expect(page.getByRole('status').filter({ hasText: /\d+ problems?/ })).toBeVisible()

  await problems.getByRole('button', { name: /line 5 .*no_such_key/ }).click()
  await expect(editor).toBeFocused()
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+End')
  await page.keyboard.press('Delete')
  await expect(problems.getByRole('button', { name: /no_such_key/ })).toHaveCount(0)
  await expect(editor).not.toContainText('no_such_key')
  await expect(editor).toContainText('ssh_port: 22022')

  const port = page.getByLabel(`Port of dm-worker on ${panel.hosts[0]}`)
  await port.fill('8262')
  await port.press('Tab')
  await expect(clash).toHaveCount(0)
  await expect(editor).toContainText('# kept by the form')
  await expect(editor).toContainText('# the only one')
  await expect(editor).not.toContainText('port: 8261')

  const saved = page.waitForResponse((answer) => answer.url().endsWith('/api/drafts/deploy') && answer.request().method() === 'PUT')
  await page.getByLabel('Deploy user').fill('dm')
  await page.getByLabel('Deploy user').press('Tab')
  expect((await saved).ok()).toBe(true)
  await page.reload()
  await expect(editor).toContainText('user: dm')
  await expect(editor).toContainText('# the only one')
  await expect(page.getByRole('heading', { name: 'Deploy typed' })).toBeVisible()
})

test('a private key that can’t be read is refused in words, beside its form', async ({ page, sim }) => {
  expect(sim.version).toBe('v8.5.0')
  await page.goto('/clusters/new?step=access')
  await page.getByRole('button', { name: 'New credential' }).click()
  await page.getByRole('button', { name: 'By private key' }).click()
  await page.getByLabel('Private key').fill('no key at all')
  await page.getByRole('button', { name: 'Save the credential' }).click()
  await expect(page.getByRole('alert').filter({ hasText: /key/ })).toBeVisible()
})

test('the whole wizard by keyboard', async ({ page, panel, api, sim }) => {
  test.setTimeout(120_000)
  expect(sim.hosts.length).toBe(8)
  await api.send('DELETE', '/api/drafts/deploy')
  await page.goto('/clusters')
  const keys = page.keyboard
  /** Tab until the focus is on what is asked for. */
  const tabTo = async (role: 'button' | 'textbox' | 'combobox' | 'link', name: string | RegExp): Promise<void> => {
    const wanted = page.getByRole(role, { name }).first()
    await expect(wanted).toBeVisible({ timeout: 60_000 })
    for (let presses = 0; presses < 120; presses++) {
      if (await wanted.evaluate((element) => element === document.activeElement)) return
      await keys.press('Tab')
    }
    throw new Error(`the focus never came to ${name}`)
  }
  const press = async (name: string | RegExp): Promise<void> => {
    await tabTo('button', name)
    await keys.press('Enter')
  }
  await tabTo('link', 'Deploy cluster…')
  await keys.press('Enter')
  await page.waitForURL(/clusters\/new/)
  await tabTo('textbox', 'Cluster name')
  await keys.type('by-keys')
  await tabTo('combobox', 'DM version')
  await keys.type('v8.5.0')
  await press('Next: topology')
  await tabTo('textbox', 'topology.yaml')
  await keys.press('Control+a')
  await keys.press('Delete')
  await keys.insertText(
    `global:\n  ssh_port: 22022\nmaster_servers:\n  - host: ${panel.hosts[0]}\nworker_servers:\n  - host: ${panel.hosts[0]}\n`,
  )
  await expect(page.getByText(/^2 on 1 hosts?$/).first()).toBeVisible()
  await press('Next: access')
  await tabTo('combobox', 'Log in with')
  await keys.type('Simulated')
  await press('Read the host keys')
  await expect(page.getByRole('cell', { name: 'confirmed' })).toBeVisible()
  await press('Try the login')
  await expect(page.getByRole('cell', { name: /^works/ })).toBeVisible({ timeout: 30_000 })
  await press('Next: checks')
  await press('Run the checks')
  await expect(page.getByRole('button', { name: 'Run again' })).toBeVisible({ timeout: 60_000 })
  await press('Next: review plan')
  await page.waitForURL(/plans/)
  await expect(page.getByRole('button', { name: 'Deploy by-keys' })).toBeVisible({ timeout: 60_000 })
  const consent = page.getByRole('checkbox', { name: 'I have read the warnings and want this' })
  if (await consent.isVisible()) {
    for (let presses = 0; presses < 120 && !(await consent.evaluate((element) => element === document.activeElement)); presses++)
      await keys.press('Tab')
    await keys.press('Space')
  }
  await press('Deploy by-keys')
  await page.waitForURL(/jobs/)
  await expect(page.getByRole('heading', { name: 'Deploy by-keys' })).toBeVisible()
})

test('files that the topology names are chosen beside it; what is missing is said at its line', async ({ page, panel }) => {
  const [host = ''] = panel.hosts
  await page.goto('/clusters/new')
  await page.getByLabel('Cluster name').fill('files')
  await page.getByLabel('DM version').fill('v8.5.0')
  await page.getByRole('button', { name: 'Next: topology' }).click()
  await page.getByRole('textbox', { name: 'topology.yaml' }).fill(`master_servers: [{host: ${host}}]
worker_servers: [{host: ${host}}]
monitoring_servers:
  - host: ${host}
    rule_dir: /home/me/rules
alertmanager_servers:
  - host: ${host}
    config_file: /home/me/alert.yml
`)
  const problems = page.getByRole('list', { name: /problems?$/ })
  const rules = problems.getByRole('button', { name: /line 5 .*rules\.yml/ })
  const config = problems.getByRole('button', { name: /line 8 .*alert\.yml/ })
  await expect(rules).toBeVisible()
  await expect(config).toBeVisible()
  const file = (name: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from('groups: []\n') })
  await page.getByLabel('Choose for /home/me/rules', { exact: true }).setInputFiles([file('own.rules.yml'), file('notes.txt')])
  await expect(rules).toHaveCount(0)
  await page.getByLabel('Choose for /home/me/alert.yml').setInputFiles([file('whatever.yml')])
  await expect(config).toHaveCount(0)
  await expect(page.getByRole('region', { name: 'Files that the topology names' })).toContainText('own.rules.yml')
})
