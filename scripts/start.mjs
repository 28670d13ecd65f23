// npm start · npm run dev (--dev) · npm run demo (--demo) · --build-only: all but the start
// Plain Node without packages: it runs before anything is installed. Checks, installs, builds, then hands over to the supervisor.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { haveCompiler, installPackages, packagesAreInstalled, run } from './prepare.mjs'

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const development = process.argv.includes('--dev')
const demo = process.argv.includes('--demo')
const env = {
  ...process.env,
  NODE_ENV: development ? 'development' : 'production',
  NEXT_TELEMETRY_DISABLED: '1',
  DM_PANEL_COMMIT: commit(),
  ...(demo && !process.env.DM_PANEL_DATA && { DM_PANEL_DATA: path.resolve('data/demo') }),
}

demandNode()
if (!packagesAreInstalled()) {
  haveCompiler()
  await installPackages()
}
await generate()
if (!development) await build()
if (!process.argv.includes('--build-only')) supervise()

function demandNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  console.error(
    `DM Panel needs Node.js 20.19 or newer; this is ${process.version}. Install a newer one (https://nodejs.org), then start again.`,
  )
  process.exit(1)
}

async function generate() {
  const schema = hashOf([readFileSync('prisma/schema.prisma')])
  const stamp = 'generated/.schema'
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === schema) return
  await run('Making the database client', process.execPath, ['scripts/generate.mjs'], env)
  mkdirSync('generated', { recursive: true })
  writeFileSync(stamp, schema)
}

async function build() {
  const sources = hashOf(sourceFiles().flatMap((file) => [file, readFileSync(file)]))
  const stamp = '.next/dm-panel-sources'
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return
  await run('Building the pages (about a minute)', process.execPath, ['node_modules/next/dist/bin/next', 'build'], env)
  writeFileSync(stamp, sources)
}

function sourceFiles() {
  const below = (folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => path.join(folder, name))
      .filter((file) => !file.endsWith('.test.ts') && statSync(file).isFile())
  const folders = ['app', 'components', 'server', 'public'].filter((folder) => existsSync(folder))
  const single = ['next.config.js', 'postcss.config.mjs', 'tsconfig.json', 'package.json', 'package-lock.json', 'prisma/schema.prisma']
  return [...folders.flatMap(below), ...single].sort()
}

function hashOf(parts) {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('hex')
}

function supervise() {
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts', ...(demo ? ['--demo'] : [])], { stdio: 'inherit', env })
  // Ctrl-C reaches the supervisor by itself (same terminal); this process only waits for it.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}

function commit() {
  if (process.env.DM_PANEL_COMMIT) return process.env.DM_PANEL_COMMIT
  try {
    const head = readFileSync('.git/HEAD', 'utf8').trim()
    const hash = head.startsWith('ref: ') ? readFileSync(path.join('.git', head.slice(5)), 'utf8') : head
    return hash.trim().slice(0, 12)
  } catch {
    return '' // not a checkout, or its refs are packed: health then shows the version only
  }
}
