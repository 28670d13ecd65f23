import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { labAvailable } from '@/tests/support/lab'

/** In CI every run begins with hosts that are made anew; elsewhere those that run are kept, before and after. */
export const setup = (): void => {
  if (!['1', 'true'].includes(process.env.CI ?? '') || !labAvailable().ok) return
  execFileSync(fileURLToPath(new URL('hosts/hosts', import.meta.url)), ['up', '--fresh', '6'], { stdio: 'inherit' })
}
