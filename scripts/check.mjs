// npm run check: what a developer runs before each commit, under a minute. `npm test` runs everything.
import { spawn } from 'node:child_process'

const bin = (name) => `node_modules/.bin/${name}`
const checks = [
  ['types', bin('tsc'), ['--noEmit', '-p', '.']],
  ['lint', bin('biome'), ['ci', '--diagnostic-level=error', '.']],
  ['migrations', process.execPath, ['scripts/migration.mjs', 'check']],
  ['unused', bin('knip'), ['--no-progress']],
  [
    'unit and architecture tests',
    bin('vitest'),
    ['run', '--reporter=dot', 'server', 'components', 'tests/architecture.test.ts', 'tests/plans'],
  ],
]

const results = []
for (const [title, command, args] of checks) results.push(await check(title, command, args))
process.exit(results.every(Boolean) ? 0 : 1)

function check(title, command, args) {
  const started = Date.now()
  return new Promise((resolve) => {
    const output = []
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk))
    child.on('error', (error) => output.push(Buffer.from(error.message)))
    child.on('close', (code) => {
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`)
      if (code !== 0) process.stdout.write(Buffer.concat(output))
      resolve(code === 0)
    })
  })
}
