import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** The lab's tests: real processes and, where the machine allows it, real hosts. */
export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('../../', import.meta.url)) } },
  test: {
    root: fileURLToPath(new URL('../../', import.meta.url)),
    include: ['tests/lab/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 600_000,
    globalSetup: [fileURLToPath(new URL('global-setup.ts', import.meta.url))],
  },
})
