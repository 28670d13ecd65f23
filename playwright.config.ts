import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'

const chromium = (): string =>
  ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`).find(existsSync) ??
  'chromium'

/**
 * Each file has a whole panel of its own, so files run side by side; those on real hosts share the hosts and follow one another.
 * Chromium is the one that the distribution has.
 */
const config = defineConfig({
  testDir: 'tests/e2e',
  projects: [
    { name: 'hosts', testMatch: 'lab*.e2e.ts', workers: 1 },
    { name: 'simulated', testMatch: '*.e2e.ts', testIgnore: 'lab*.e2e.ts', workers: 3 },
  ],
  globalSetup: './tests/e2e/build-pages.ts',
  workers: 3,
  fullyParallel: false,
  forbidOnly: process.env.CI !== undefined,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    ...{ locale: 'en-GB', timezoneId: 'UTC', viewport: { width: 1440, height: 900 }, actionTimeout: 15_000, navigationTimeout: 20_000 },
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: { executablePath: chromium(), args: ['--no-sandbox'] },
  },
})

export default config
