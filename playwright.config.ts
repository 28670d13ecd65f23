import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'

const chromium = (): string =>
  ['chromium', 'chromium-browser', 'google-chrome'].map((name) => `/usr/bin/${name}`).find((file) => existsSync(file)) ?? 'chromium'

/** Every test starts or shares a whole panel of its own, so one worker; Chromium is the one that the distribution has. */
const config = defineConfig({
  testDir: 'tests/e2e',
  testMatch: '*.e2e.ts',
  globalSetup: './tests/e2e/build-pages.ts',
  workers: 1,
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
