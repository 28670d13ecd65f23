import type { Locator, Page } from '@playwright/test'
import { expect } from './fixtures'

/** What a DBA does in the pages, act by act. Each begins where its name says and leaves the page where the act ends. */

export const adminPassword = 'a long enough password'

/** From the link that the terminal prints to the first page of the new administrator. */
export const setUpByBrowser = async (page: Page, link: string): Promise<void> => {
  await page.goto(link)
  await page.getByLabel('Name').fill('Alice Lin')
  await page.getByLabel('E-mail').fill('alice@example.org')
  await page.getByLabel('Password', { exact: true }).fill(adminPassword)
  await page.getByRole('button', { name: 'Make the administrator' }).click()
  await expect(page.getByRole('heading', { name: 'What do you want to begin with?' })).toBeVisible()
}

/** Pins a mirror's root after comparing its fingerprint. Opens the packages page and leaves the mirror's drawer open. */
export const pinMirror = async (page: Page, mirror: { dir: string; fingerprint: string }): Promise<void> => {
  await page.goto('/packages?mirror=1')
  const drawer = page.getByRole('complementary', { name: 'Mirror' })
  await drawer.getByLabel('Address or folder').fill(mirror.dir)
  await drawer.getByRole('button', { name: 'Read the mirror' }).click()
  await expect(drawer.getByText(mirror.fingerprint.replace(/(.{4})(?=.)/g, '$1 '))).toBeVisible({ timeout: 30_000 })
  await drawer.getByRole('button', { name: 'It is the right one: pin it' }).click()
  await expect(drawer.getByText('pinned', { exact: true })).toBeVisible()
}

/** Fetches one package from the open, pinned mirror. */
export const fetchPackage = async (page: Page, component: string, version: string): Promise<void> => {
  const drawer = await chosenPackage(page, component, version)
  await drawer.getByRole('button', { name: 'Fetch', exact: true }).click()
  await expect(drawer.getByText(`${component} ${version} is in the store`)).toBeVisible({ timeout: 60_000 })
}

/** Fetches all that a cluster of one version needs from the open, pinned mirror; resolves with how many packages that were. */
export const fetchAllFor = async (page: Page, version: string): Promise<number> => {
  const drawer = await chosenPackage(page, 'dm-master', version)
  await drawer.getByRole('button', { name: `Fetch all for a cluster of ${version}` }).click()
  const said = drawer.getByText(/^\d+ packages are in the store/)
  await expect(said).toBeVisible({ timeout: 180_000 })
  return Number.parseInt((await said.textContent()) ?? '', 10)
}

const chosenPackage = async (page: Page, component: string, version: string): Promise<Locator> => {
  const drawer = page.getByRole('complementary', { name: 'Mirror' })
  await drawer.getByLabel('Component').selectOption(component)
  await drawer.getByLabel('Version', { exact: true }).selectOption(version)
  return drawer
}

export type Login = { user: string; sudo: 'root' | 'nopasswd' | 'password'; password?: string; privateKey?: string }

export type DeployWish = {
  name: string
  version: string
  yaml: string
  login: Login
  /** What each host says of its own key, by `address`. */
  fingerprints: ReadonlyMap<string, string>
  /** Changes in the form beside the text, once the text is there. */
  inForm?: (page: Page) => Promise<void>
  /** Called on each step of the wizard when it is filled in. */
  onStep?: (step: 'topology' | 'access' | 'checks') => Promise<void>
}

/** Through the whole wizard, from the first page of a panel or the list of clusters; ends on the plan's review. */
export const deployByBrowser = async (page: Page, wish: DeployWish): Promise<void> => {
  const next = (step: string) => page.getByRole('button', { name: `Next: ${step}` }).click()
  await page.goto('/clusters/new')
  await page.getByLabel('Cluster name').fill(wish.name)
  await page.getByRole('button', { name: wish.version, exact: true }).click()
  await next('topology')
  await page.getByRole('textbox', { name: 'topology.yaml' }).fill(wish.yaml)
  await wish.inForm?.(page)
  await wish.onStep?.('topology')
  await next('access')
  await saveLogin(page, wish.login)
  await confirmKeys(page, wish.fingerprints)
  await wish.onStep?.('access')
  await next('checks')
  await page.getByRole('button', { name: 'Run the checks' }).click()
  await expect(page.getByRole('button', { name: 'Run again' })).toBeVisible({ timeout: 120_000 })
  await expect(page.getByText(/\d+ pass/).first()).toBeVisible()
  await expect(page.getByText(/\d+ (failed|unknown)/)).toHaveCount(0)
  await wish.onStep?.('checks')
  await next('review plan')
  await page.waitForURL(/\/plans\//)
}

/** The wizard's form for a login that is wiped at the job's end. */
const saveLogin = async (page: Page, login: Login): Promise<void> => {
  await page.getByRole('button', { name: 'New credential' }).click()
  await page.getByLabel('User', { exact: true }).fill(login.user)
  if (login.privateKey !== undefined) {
    await page.getByRole('button', { name: 'By private key' }).click()
    await page.getByLabel('Private key').fill(login.privateKey)
  }
  await page.getByLabel('How root is had').selectOption(login.sudo)
  if (login.password !== undefined) await page.getByLabel('Password', { exact: true }).fill(login.password)
  await page.getByRole('button', { name: 'Save the credential' }).click()
  await expect(page.getByRole('combobox', { name: 'Log in with' })).toContainText(login.user)
  await expect(page.getByRole('button', { name: 'Save the credential' })).toBeHidden()
}

/** Reads the hosts' keys, compares each with what the host says of itself, confirms new ones, and sees that the login works. */
const confirmKeys = async (page: Page, fingerprints: ReadonlyMap<string, string>): Promise<void> => {
  await page.getByRole('button', { name: 'Read the host keys' }).click()
  await expect(page.getByRole('button', { name: 'Read again' })).toBeVisible({ timeout: 30_000 })
  for (const [address, fingerprint] of fingerprints)
    await expect(page.getByRole('row', { name: new RegExp(`^${address}:`) })).toContainText(fingerprint)
  const right = page.getByRole('button', { name: /new fingerprints? (is|are) right/ })
  if (await right.isVisible()) {
    await expect(page.getByRole('cell', { name: /^not tried/ })).toHaveCount(fingerprints.size)
    await right.click()
  } else await page.getByRole('button', { name: 'Try the login' }).click()
  await expect(page.getByRole('cell', { name: 'confirmed' })).toHaveCount(fingerprints.size, { timeout: 30_000 })
  await expect(page.getByRole('cell', { name: /^works/ })).toHaveCount(fingerprints.size, { timeout: 60_000 })
}

/** Adds a login to keep in the dialog that the page's button opens. */
export const addCredential = async (page: Page, name: string, login: Login): Promise<void> => {
  await page.getByRole('button', { name: 'Add a credential…' }).last().click()
  const dialog = page.getByRole('dialog', { name: 'Add a credential' })
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByLabel('Login user').fill(login.user)
  await dialog.getByLabel('Root by').selectOption(login.sudo)
  if (login.password !== undefined) await dialog.getByLabel('Password', { exact: true }).fill(login.password)
  if (login.privateKey !== undefined) await dialog.getByLabel('Private key').fill(login.privateKey)
  await dialog.getByRole('button', { name: 'Save the credential' }).click()
  await expect(dialog).toBeHidden()
}
