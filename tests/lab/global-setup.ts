import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { labAvailable } from '@/tests/support/lab'
import { labMirror } from '@/tests/support/lab-mirror'
import { hostSet } from './host-sets'

/**
 * The hosts' image and the packages are made once, before files want them side by side. In CI every run begins with hosts that are made
 * anew; elsewhere those of the usual set that run are kept, before and after. The sets of further workers go at the end.
 */
export const setup = async ({ config }: TestProject): Promise<(() => void) | undefined> => {
  if (!labAvailable().ok) return
  hosts({}, 'image')
  await labMirror()
  const further = Array.from({ length: config.maxWorkers - 1 }, (_, i) => hostSet(i + 2))
  if (['1', 'true'].includes(process.env.CI ?? '')) for (const set of [{}, ...further]) hosts(set, 'down')
  return () => {
    for (const set of further) hosts(set, 'down')
  }
}

const hosts = (set: Record<string, string>, ...args: string[]): void => {
  execFileSync(fileURLToPath(new URL('hosts/hosts', import.meta.url)), args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, ...set },
  })
}
