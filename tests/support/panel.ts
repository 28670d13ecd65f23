import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A whole panel of its own for a test: supervisor, web, runner and, when asked, simulated hosts, on a data folder that is new. */
export type Panel = {
  url: string
  dataDir: string
  /** Addresses of the simulated hosts, should there be any; this panel's own. */
  hosts: readonly string[]
  /** Sets the faults of a simulated host, as `server/sim/store.ts` names them; none ends them. */
  fault: (address: string, ...lines: string[]) => void
  setupToken: string
  output: () => string
  /** Ends a half (`web`, `runner`, `simulated hosts`) with SIGKILL, as a crash would. Returns its pid. */
  kill: (half: string) => number
  stop: () => Promise<void>
}

export type PanelOptions = { env?: Record<string, string>; dataDir?: string; demo?: boolean }

/** Starts a panel and resolves when it says that it is ready. The build must be there (`scripts/start.mjs --build-only`). */
export const startPanel = async (options: PanelOptions = {}): Promise<Panel> => {
  const dataDir = options.dataDir ?? mkdtempSync(path.join(tmpdir(), 'dm-panel-e2e-'))
  const port = await freePort()
  const network = `127.${randomInt(2, 250)}.${randomInt(0, 250)}`
  const hosts = Array.from({ length: 8 }, (_, index) => `${network}.${11 + index}`)
  const child = spawn(process.execPath, ['--import', 'tsx', 'server/main.ts', ...(options.demo ? ['--demo'] : [])], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      DM_PANEL_DATA: dataDir,
      DM_PANEL_SIM_FIRST_ADDRESS: hosts[0],
      DM_PANEL_KEY: path.join(dataDir, '..', `${path.basename(dataDir)}.key`),
      HOST: '127.0.0.1',
      PORT: String(port),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  const url = `http://127.0.0.1:${port}`
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`the panel ended with ${child.exitCode}:\n${text}`)
    const health = await fetch(`${url}/api/health`).catch(() => null)
    return health?.ok === true && ((await health.json()) as { ok: boolean }).ok
  }, 90_000).catch((error: Error) => {
    child.kill('SIGKILL')
    throw new Error(`${error.message}\n${text}`)
  })
  return {
    url,
    dataDir,
    setupToken: /setup[^\s]*[?#]token=([\w-]+)/.exec(text)?.[1] ?? '',
    output: () => text,
    hosts,
    fault: (address, ...lines) => {
      mkdirSync(path.join(dataDir, 'simulated', 'faults'), { recursive: true })
      writeFileSync(path.join(dataDir, 'simulated', 'faults', address), lines.join('\n'))
    },
    kill: (half) => killHalf(text, half),
    stop: async () => {
      await stop(child)
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Waits until the question is answered with true; asks every 200 ms. */
export const until = async (question: () => Promise<boolean> | boolean, timeoutMs: number): Promise<void> => {
  const end = Date.now() + timeoutMs
  while (!(await question())) {
    if (Date.now() > end) throw new Error(`not so within ${timeoutMs / 1000} s`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

const killHalf = (text: string, half: string): number => {
  const pids = [...text.matchAll(new RegExp(`The ${half} process has the id (\\d+)`, 'g'))].map((match) => Number(match[1]))
  const pid = pids.at(-1)
  if (pid === undefined) throw new Error(`no pid of ${half} in the output:\n${text}`)
  process.kill(pid, 'SIGKILL')
  return pid
}

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGINT')
  const timer = setTimeout(() => child.kill('SIGINT'), 5000)
  const hard = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await ended
  clearTimeout(timer)
  clearTimeout(hard)
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
