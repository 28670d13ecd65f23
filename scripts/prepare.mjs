// What start and test do alike before any package can be imported.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'

const stamp = 'node_modules/.dm-panel-lock'
const lockHash = () => createHash('sha256').update(readFileSync('package-lock.json')).update(process.versions.modules).digest('hex')

/** Whether node_modules holds what package-lock.json says, compiled for this Node. */
export function packagesAreInstalled() {
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === lockHash()
  const byHand = 'node_modules/.package-lock.json'
  if (!existsSync(byHand) || statSync(byHand).mtimeMs < statSync('package-lock.json').mtimeMs) return false
  writeFileSync(stamp, lockHash())
  return true
}

/** Ends with what is missing, and how to get it, when the native parts can't be compiled. */
export function haveCompiler() {
  const missing = ['g++', 'make', 'python3'].filter((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status !== 0)
  if (missing.length === 0) return
  console.error(`Missing: ${missing.join(', ')}. The database driver is compiled on this machine. Install them, then start again:`)
  console.error('  Debian, Ubuntu:        apt-get install -y g++ make python3')
  console.error('  Rocky, RHEL, Fedora:   dnf install -y gcc-c++ make python3')
  console.error('  macOS:                 xcode-select --install')
  process.exit(1)
}

// Not `npm ci`: it refuses a lock file that lacks other platforms' optional packages, which not every registry serves.
export async function installPackages() {
  await run(
    'Installing packages and compiling the native parts (3 to 5 minutes)',
    'npm',
    ['install', '--no-save', '--no-audit', '--no-fund'],
    process.env,
  )
  writeFileSync(stamp, lockHash())
}

/** Runs a command, says now and then that it still works, and ends this process with the command's output when it fails. */
export function run(title, command, args, env) {
  return new Promise((resolve) => {
    const started = Date.now()
    const seconds = () => Math.round((Date.now() - started) / 1000)
    console.log(`${title} …`)
    const output = []
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env })
    const timer = setInterval(() => console.log(`  … still at it (${seconds()} s)`), 20_000)
    child.stdout.on('data', (chunk) => output.push(chunk))
    child.stderr.on('data', (chunk) => output.push(chunk))
    child.on('error', (error) => output.push(Buffer.from(`${error.message}\n`)))
    child.on('close', (code) => {
      clearInterval(timer)
      if (code === 0) {
        console.log(`  done in ${seconds()} s`)
        return resolve()
      }
      process.stderr.write(Buffer.concat(output))
      console.error(`This failed: ${command} ${args.join(' ')}`)
      process.exit(1)
    })
  })
}
