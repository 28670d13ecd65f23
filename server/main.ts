import { spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { takeDataFolder } from './data-folder'
import { readEnv } from './env'
import { runMain } from './exit'
import { migrate } from './store/migrate'
import { simulatedHostsFile } from './store/settings'
import { Supervisor } from './supervisor'

/** Brings the database up to date, then keeps web and runner (and simulated hosts, where wanted) alive until asked to end. */
const main = async (): Promise<void> => {
  const env = readEnv()
  mkdirSync(env.dataFolder, { recursive: true, mode: 0o700 })
  takeDataFolder(env.dataFolder)
  const applied = await migrate(env.databaseUrl)
  if (applied.length > 0) console.log(`Database brought up to date: ${applied.join(', ')}`)
  if (env.host !== '127.0.0.1' && env.host !== '::1' && env.host !== 'localhost' && !env.tls && !env.trustProxy)
    console.warn(
      'Passwords will cross the network in clear: set DM_PANEL_TLS_CERT and DM_PANEL_TLS_KEY, or put a TLS proxy in front (DM_PANEL_TRUST_PROXY=1).',
    )
  const wanted = () => existsSync(path.join(env.dataFolder, simulatedHostsFile))
  const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))
  const simulator = {
    name: 'simulated hosts',
    file: here('./sim/main.ts'),
    args: ['--dir', path.join(env.dataFolder, 'simulated'), '--first-address', env.simulatedFirstAddress],
  }
  const supervisor = new Supervisor([
    ...(process.argv.includes('--demo') || wanted() ? [simulator] : []),
    { name: 'runner', file: here('./runner.ts') },
    { name: 'web', file: here('./web.ts') },
  ])
  // The first-run page asks for simulated hosts by this file, while the panel runs.
  setInterval(() => wanted() && supervisor.add(simulator), 1000).unref()
  if (process.argv.includes('--demo')) spawn(process.execPath, ['--import', 'tsx', here('./demo.ts')], { stdio: 'inherit' })
  process.exit(await supervisor.run())
}

runMain(main, ['EnvInvalid', 'MigrationRefused', 'DataFolderInUse'])
