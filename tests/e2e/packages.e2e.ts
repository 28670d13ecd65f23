import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { createServer } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import type { PackageRow } from '@/server/domain/api'
import { elfProgram, tarGz } from '../support/archives'
import { makeMirror } from '../support/make-mirror'
import { expect, test } from './fixtures'

test.use({ site: 'packages' })

const program = (component: string, mark: string) => ({
  name: `dm-linux-amd64/bin/${component}`,
  mode: 0o755,
  body: elfProgram({ main: `example.org/dm/cmd/${component}`, mark }),
})
const fileOf = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/gzip', buffer })

const looksRight = async (page: Page, what: string): Promise<void> => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 390, height: 844 },
    ]) {
      await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      expect.soft(tooWide, `${what}, ${viewport.width} px: scrolls sideways, px`).toBe(0)
      const { violations } = await new AxeBuilder({ page }).analyze()
      const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
      expect.soft(found, `${what}, ${viewport.width} px, ${colorScheme}`).toEqual([])
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 })
}

test('an upload whose line breaks goes on at its byte, and is inspected', async ({ page, api, sim }) => {
  expect(sim.hosts.length).toBeGreaterThan(0)
  const bytes = await tarGz([{ name: 'dm-worker/dm-worker', mode: 0o755, body: Buffer.concat([elfProgram(), randomBytes(6_000_000)]) }])
  await page.goto('/packages')
  await expect(page.getByRole('table', { name: 'Packages' })).toBeVisible()
  let patches = 0
  const offsets: string[] = []
  await page.route('**/api/uploads/*', async (route, request) => {
    if (request.method() !== 'PATCH') return route.continue()
    patches += 1
    offsets.push((await request.allHeaders())['upload-offset'] ?? '')
    return patches === 1 ? route.abort('connectionreset') : route.continue()
  })
  await page.getByLabel('Upload a package…').last().setInputFiles(fileOf('dm-worker-v8.5.9-linux-amd64.tar.gz', bytes))
  await expect(page.getByText('accepted')).toBeVisible({ timeout: 30_000 })
  expect(offsets).toEqual(['0', '0'])
  const rows = await api.get<PackageRow[]>('/api/packages')
  expect(rows.filter(({ version }) => version === 'v8.5.9').map(({ sizeBytes }) => sizeBytes)).toEqual([bytes.length])
})

test('a full hotfix tarball becomes packages that tiup would take, both trees shown before', async ({ page, sim }) => {
  await page.goto('/packages')
  await page.getByRole('link', { name: 'Build a hotfix…' }).click()
  await expect(page.getByLabel('Running version')).toContainText(sim.version)
  await page.getByLabel('Running version').selectOption(sim.version)
  await looksRight(page, 'hotfix, empty')
  const bytes = await tarGz([program('dm-master', 'new'), program('dm-worker', 'new'), { name: 'dm-linux-amd64/LICENSE', body: 'x' }])
  await page.locator('input[type=file]').setInputFiles(fileOf('dm-linux-amd64.tar.gz', bytes))
  const uploaded = page.getByRole('table', { name: 'As uploaded' })
  await expect(uploaded.getByRole('row', { name: /LICENSE.*left out/ })).toBeVisible()
  const master = page.getByRole('table', { name: 'dm-master hotfix' })
  await expect(master.getByRole('row', { name: /dm-master\/dm-master.*replaced/ })).toBeVisible()
  await expect(page.getByText('would refuse this layout').first()).toBeVisible()
  await looksRight(page, 'hotfix, shown')
  await page.getByLabel('Ticket').fill('DM-812')
  await page.getByLabel('Notes').fill('lost DDL')
  await page.getByRole('button', { name: 'Save 2 packages' }).click()
  await expect(page).toHaveURL(/only=hotfix/)
  await page
    .getByRole('row', { name: /dm-master/ })
    .getByRole('link')
    .click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('hotfix-DM-812')
  await expect(page.getByText('lost DDL')).toBeVisible()
  await looksRight(page, 'a hotfix package')
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download' }).click()])
  expect(download.suggestedFilename()).toBe('dm-master-hotfix-linux-amd64.tar.gz')
  const to = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'hotfix-')), 'x.tar.gz')
  await download.saveAs(to)
  const listed = execFileSync('tar', ['-tzf', to], { encoding: 'utf8' }).split('\n')
  expect(listed[0]).toBe('dm-master/')
  expect(listed).toContain('dm-master/dm-master')
  fs.rmSync(path.dirname(to), { recursive: true })
})

test('the wrong program is refused in words, before anything is kept', async ({ page, api, sim }) => {
  const before = (await api.get<PackageRow[]>('/api/packages')).length
  await page.goto('/packages/hotfix')
  await page.getByLabel('Running version').selectOption(sim.version)
  await page
    .locator('input[type=file]')
    .setInputFiles(fileOf('dm-worker', elfProgram({ machine: 0xb7, main: 'example.org/dm/cmd/dm-worker' })))
  await expect(page.getByText('is a program for linux/arm64')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Save the package' })).toHaveAttribute('aria-disabled', 'true')
  await page.getByLabel('Component').selectOption('dm-master')
  await expect(page.getByText(/is a program for linux\/arm64|is a dm-worker, not a dm-master/).first()).toBeVisible()
  expect((await api.get<PackageRow[]>('/api/packages')).length).toBe(before)
})

/** A signed mirror with one package, on loopback. */
const aMirror = async (folder: string): Promise<{ location: string; rootPath: string; fingerprint: string; close(): void }> => {
  fs.mkdirSync(folder, { recursive: true })
  const file = path.join(folder, 'package.tar.gz')
  fs.writeFileSync(file, await tarGz([{ name: 'dm-worker/dm-worker', mode: 0o755, body: elfProgram() }]))
  const dir = path.join(folder, 'mirror')
  const entry = 'dm-worker/dm-worker'
  const made = await makeMirror(dir, [{ component: 'dm-worker', version: 'v8.7.1', os: 'linux', arch: 'amd64', file, entry }])
  const server = createServer((request, response) => {
    const asked = path.join(dir, path.normalize(new URL(request.url ?? '/', 'http://mirror').pathname))
    if (!fs.existsSync(asked) || !fs.statSync(asked).isFile()) return void response.writeHead(404).end()
    fs.createReadStream(asked).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (typeof bound !== 'object' || bound === null) throw new Error('the mirror has no port')
  return { ...made, location: `http://127.0.0.1:${bound.port}`, close: () => server.close() }
}

test('a mirror is judged by a root that came as a file: another root is refused, the right one is confirmed and pinned', async ({
  page,
}, info) => {
  const mirror = await aMirror(info.outputPath('own'))
  const other = await aMirror(info.outputPath('other'))
  await page.goto('/settings?tab=mirrors')
  await page.getByRole('link', { name: 'Open packages' }).click()
  const drawer = page.getByRole('complementary', { name: 'Mirror' })
  await drawer.getByLabel('Address or folder').fill(mirror.location)
  await drawer.getByRole('button', { name: 'My own root.json' }).click()
  await drawer.getByRole('textbox', { name: 'root.json' }).fill('{')
  await expect(drawer.getByText(/This is no JSON/)).toBeVisible()
  const file = drawer.getByLabel('From a file…')
  const read = drawer.getByRole('button', { name: 'Read the mirror' })
  await file.setInputFiles(other.rootPath)
  await read.click()
  await expect(drawer.getByRole('alert')).toBeVisible({ timeout: 30_000 })
  await expect(drawer.getByRole('button', { name: 'It is the right one: pin it' })).toBeHidden()
  await file.setInputFiles(mirror.rootPath)
  await read.click()
  await expect(drawer.getByText(mirror.fingerprint.replace(/(.{4})(?=.)/g, '$1 '))).toBeVisible({ timeout: 30_000 })
  await looksRight(page, 'mirror, own root')
  await drawer.getByRole('button', { name: 'It is the right one: pin it' }).click()
  await expect(drawer.getByText('pinned', { exact: true })).toBeVisible()
  await page.goto('/settings?tab=mirrors')
  const rows = page.getByRole('table', { name: 'Mirror roots' })
  await expect(rows.getByRole('row', { name: new RegExp(mirror.location) })).toContainText(mirror.fingerprint.slice(0, 16))
  await expect(rows.getByRole('row', { name: new RegExp(other.location) })).toHaveCount(0)
  mirror.close()
  other.close()
})
