// Makes the database client from prisma/schema.prisma. Prisma's command would fetch its schema engine at start;
// it needs none to generate, so a harmless program stands in for it.
import { spawnSync } from 'node:child_process'

const run = spawnSync('node_modules/.bin/prisma', ['generate'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
  env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' },
})
if (run.status !== 0) {
  console.error(run.stdout || run.error?.message)
  process.exit(1)
}
