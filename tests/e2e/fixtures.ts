import { type BrowserContext, test as base, expect } from '@playwright/test'
import { ApiClient } from '../support/api-client'
import { type Panel, startPanel } from '../support/panel'

export const adminPassword = 'a long enough password'

type OfTest = { noErrors: undefined }
type OfWorker = {
  /** Each test file names its own, and so has a panel and simulated hosts of its own. */
  site: string
  /** A panel with an administrator, shared by the tests of a worker. Its pages are open in `page`, signed in. */
  panel: Panel
  /** The administrator's API. */
  api: ApiClient
  /** Simulated hosts of the panel, with keys pinned, credential and packages at hand. */
  sim: { hosts: { address: string; port: number }[]; credentialId: string; version: string }
}

/** Tests in a signed-in browser on a shared panel. One whose pages log an error fails. */
export const test = base.extend<OfTest, OfWorker>({
  site: ['', { scope: 'worker', option: true }],
  panel: [
    async ({ site }, use) => {
      if (site === '') throw new Error('test.use({ site }) is missing at the head of this file')
      const panel = await startPanel()
      await use(panel)
      await panel.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  api: [
    async ({ panel }, use) => {
      const api = new ApiClient(panel.url)
      await api.setUp(panel.setupToken, adminPassword).catch((error: Error) => {
        throw new Error(`${error.message}\n${panel.output()}`)
      })
      await use(api)
    },
    { scope: 'worker' },
  ],
  sim: [
    async ({ api }, use) => {
      await use(await api.errand<OfWorker['sim']>('/api/simulated-hosts', {}))
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  baseURL: ({ panel }, use) => use(panel.url),
  storageState: ({ api }, use) => use(stateOf(api)),
  noErrors: [
    async ({ context }, use) => {
      const errors = errorsOf(context)
      await use(undefined)
      expect(errors, 'errors in the browser').toEqual([])
    },
    { auto: true },
  ],
})

export { expect }

/** Cookies of a browser, as a test leaves them for the next. */
export type Session = Awaited<ReturnType<BrowserContext['storageState']>>

/** The cookies of a signed-in client, for a browser. */
export const stateOf = (api: ApiClient) => ({
  origins: [],
  cookies: api.cookies().map(({ name, value }) => ({
    ...{ name, value, domain: '127.0.0.1', path: '/', expires: -1 },
    ...{ httpOnly: true, secure: false, sameSite: 'Lax' as const },
  })),
})

/**
 * What the pages of a context complain of, from now on. An answer of 4xx or 5xx is no error of a page by itself: Chromium logs each.
 */
export const errorsOf = (context: BrowserContext, options: { withAnswers?: boolean } = {}): string[] => {
  const errors: string[] = []
  context.on('console', (message) => {
    if (message.type() !== 'error') return
    if (!options.withAnswers && message.text().startsWith('Failed to load resource')) return
    errors.push(`${message.page()?.url()}: ${message.text()} ${message.location().url}`)
  })
  context.on('weberror', (error) => errors.push(error.error().message))
  return errors
}
