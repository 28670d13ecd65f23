// npm test: installs what the tests need, runs every suite, and ends with one line over all of them.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { haveCompiler, installPackages, packagesAreInstalled, run } from './prepare.mjs'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const bin = (name) => `node_modules/.bin/${name}`
const reports = mkdtempSync(path.join(tmpdir(), 'dm-panel-reports-'))
const total = { passed: 0, failed: 0, skipped: 0 }

if (!packagesAreInstalled()) {
  haveCompiler()
  await installPackages()
}
await run('Making the database client', process.execPath, ['scripts/generate.mjs'], process.env)

await one('types', bin('tsc'), ['--noEmit', '-p', '.'])
await one('lint', bin('biome'), ['ci', '--diagnostic-level=error', '.'])
await one('migrations match the schema', process.execPath, ['scripts/migration.mjs', 'check'])
await one('nothing unused', bin('knip'), ['--no-progress'])
await vitest('unit and platform tests', [])
await one('pages', process.execPath, ['scripts/start.mjs', '--build-only'])
// The soak mostly waits for its cluster, and needs no network but loopback.
await Promise.all([lab(), soak()])
// A browser drops its connections when a network comes or goes, as the lab's do: not beside those of simulated hosts.
for (const project of ['hosts', 'simulated']) await endToEnd(project)

rmSync(reports, { recursive: true })
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exit(total.failed > 0 ? 1 : 0)

async function lab() {
  const why = whyNoLab()
  if (why) return skip('lab', why)
  await vitest('lab', ['--config', 'tests/lab/vitest.config.ts'])
}

/** Two minutes of random operations and faults on simulated hosts, said when they are over. `npm run soak` takes an hour and another seed. */
async function soak() {
  const told = []
  const args = ['--import', 'tsx', 'tests/soak/soak.ts', '--minutes', '2', '--seed', '5']
  const code = await stream('soak', process.execPath, args, {}, (text) => told.push(text))
  console.log(`\n== soak\n${told.join('')}`)
  count('soak', { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 })
}

/** Why no hosts can be made here; undefined where they can. */
function whyNoLab() {
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0
  return isRoot ? undefined : 'it makes hosts with systemd, which needs root on Linux'
}

/** The browser's tests of a project of playwright.config.ts. */
async function endToEnd(project) {
  const title = `browser, ${project}`
  const why = installChromium()
  if (why) return skip(title, why)
  const report = path.join(reports, `e2e-${project}.json`)
  const env = { PLAYWRIGHT_JSON_OUTPUT_NAME: report }
  const code = await stream(title, bin('playwright'), ['test', '--project', project, '--reporter=list,json'], env)
  const found = read(report)
  const stats = found?.stats
  if (!stats) return count(title, { passed: 0, failed: 1, skipped: 0 })
  const failed = stats.unexpected + stats.flaky
  for (const why of whySkipped(found)) console.log(`skipped, because ${why}`)
  count(title, { passed: stats.expected, failed: Math.max(failed, code === 0 ? 0 : 1), skipped: stats.skipped })
}

/** Why tests of a Playwright report were skipped, each reason once, with its file. */
function whySkipped({ suites }) {
  const specs = (suite) => [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specs)]
  const said = suites
    .flatMap(specs)
    .flatMap(({ file, tests }) =>
      tests.flatMap(({ annotations }) =>
        annotations.filter(({ type, description }) => type === 'skip' && description).map(({ description }) => `${description} (${file})`),
      ),
    )
  return [...new Set(said)]
}

/**
 * Why there is no browser to test with; undefined when there is one. Chromium without its windows is lighter, where the
 * distribution has it.
 */
function installChromium() {
  const there = (...names) => names.some((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0)
  if (there('chromium-headless-shell')) return undefined
  const any = () => there('chromium', 'chromium-browser', 'google-chrome')
  const isDebian = there('apt-get')
  if (!isDebian || process.getuid?.() !== 0)
    return any() ? undefined : 'Chromium is not installed, and only root on Debian or Ubuntu can install it here'
  console.log('Installing Chromium …')
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  spawnSync('apt-get', ['update', '-qq'], quiet)
  const install = (name) => spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], quiet).status === 0
  return install('chromium-headless-shell') || any() || install('chromium') ? undefined : 'apt-get could not install Chromium'
}

async function vitest(title, args) {
  const report = path.join(reports, `${title.replaceAll(' ', '-')}.json`)
  const code = await stream(title, bin('vitest'), ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args])
  const found = read(report)
  if (!found) return count(title, { passed: 0, failed: 1, skipped: 0 })
  // A file that can't even be loaded has no failed test of its own, but must not pass.
  const failed = Math.max(found.numFailedTests, code === 0 ? 0 : 1)
  count(title, { passed: found.numPassedTests, failed, skipped: found.numPendingTests + found.numTodoTests })
}

async function one(title, command, args) {
  const code = await stream(title, command, args)
  count(title, { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 })
}

function skip(title, why) {
  console.log(`\n== ${title}: skipped, because ${why}`)
  total.skipped++
}

function count(title, { passed, failed, skipped }) {
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
  console.log(`== ${title}: ${failed === 0 ? 'ok' : 'FAILED'}`)
}

/** Runs a program and shows what it says, or gives it to `hear`. */
function stream(title, command, args, env = {}, hear = undefined) {
  if (!hear) console.log(`\n== ${title}`)
  const out = hear ? 'pipe' : 'inherit'
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', out, out], env: { ...process.env, CI: '1', ...env } })
    for (const pipe of [child.stdout, child.stderr]) pipe?.on('data', (chunk) => hear(chunk.toString()))
    child.on('error', (error) => {
      console.error(error.message)
      resolve(1)
    })
    child.on('close', (code) => resolve(code ?? 1))
  })
}

function read(report) {
  return existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined
}
