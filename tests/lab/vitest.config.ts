import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Measured, in seconds, of those that take more than a minute. */
const usualSeconds: Readonly<Record<string, number>> = {
  'rolling.test.ts': 540,
  'upgrade.test.ts': 400,
  'tiup-scenarios.test.ts': 380,
  'life.test.ts': 350,
  'deploy.test.ts': 170,
  'recorded.test.ts': 150,
  'scale.test.ts': 150,
  'example.test.ts': 120,
  'standins.test.ts': 75,
}

/** The longest file first, so that no worker is left alone with it at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const seconds = ({ moduleId }: TestSpecification) => usualSeconds[moduleId.slice(moduleId.lastIndexOf('/') + 1)] ?? 0
    return files.toSorted((a, b) => seconds(b) - seconds(a))
  }
}

/** The lab's tests: real processes and, where the machine allows it, real hosts. Mostly they wait, so files run side by side. */
export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('../../', import.meta.url)) } },
  test: {
    root: fileURLToPath(new URL('../../', import.meta.url)),
    include: ['tests/lab/**/*.test.ts'],
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 600_000,
    globalSetup: [fileURLToPath(new URL('global-setup.ts', import.meta.url))],
    setupFiles: [fileURLToPath(new URL('own-hosts.ts', import.meta.url))],
  },
})
