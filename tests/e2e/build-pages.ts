import { spawnSync } from 'node:child_process'

/** Builds the pages as `npm start` does, which leaves them alone when no source has changed. */
const buildPages = (): void => {
  const built = spawnSync(process.execPath, ['scripts/start.mjs', '--build-only'], { stdio: 'inherit' })
  if (built.status !== 0) throw new Error('the pages could not be built')
}

export default buildPages
