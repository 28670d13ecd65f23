import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { migrate } from '@/server/store/migrate'
import { ApiClient } from './api-client'
import { freePort, until } from './panel'

/** A panel without pages: the real API, the real runner in a process of its own, a real database. Signed in as its administrator. */
export type ApiPanel = {
  api: ApiClient
  dataDir: string
  keyFile: string
  /** What both processes printed. */
  output: () => string
  /** Ends the runner with SIGKILL, as a crash would; resolves when it is gone. */
  killRunner: () => Promise<void>
  /** Starts the runner again, as the supervisor would. */
  startRunner: () => void
  stop: () => Promise<void>
}

export const startApiPanel = async (settings: Record<string, string> = {}): Promise<ApiPanel> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'dm-panel-lab-'))
  const [dataDir, keyFile] = [path.join(folder, 'data'), path.join(folder, 'panel.key')]
  mkdirSync(dataDir)
  const port = await freePort()
  const env = {
    ...process.env,
    NODE_ENV: 'production' as const,
    DM_PANEL_SUPERVISED: '1', // both end when their stdin does, so none outlives a test that was killed
    DM_PANEL_DATA: dataDir,
    DM_PANEL_KEY: keyFile,
    HOST: '127.0.0.1',
    PORT: String(port),
    ...settings,
  }
  await migrate(`file:${dataDir}/panel.sqlite`)
  let text = ''
  const start = (file: string): ChildProcess => {
    const child = spawn(process.execPath, ['--import', 'tsx', file], { cwd: root, env, stdio: ['pipe', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
    }
    return child
  }
  const web = start('tests/support/api-server.ts')
  let runner = start('server/runner.ts')
  const api = new ApiClient(`http://127.0.0.1:${port}`)
  const stop = async (): Promise<void> => {
    await Promise.all([end(runner, 'SIGTERM'), end(web, 'SIGTERM')])
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await until(async () => {
      if (web.exitCode !== null || runner.exitCode !== null) throw new Error('a process of the panel ended')
      const health = await fetch(`${api.url}/api/health`).catch(() => null)
      return health?.ok === true && ((await health.json()) as { ok: boolean }).ok // as domain/api.ts has it
    }, 90_000)
    await api.setUp(/setup\?token=([\w-]+)/.exec(text)?.[1] ?? '')
  } catch (error) {
    await stop()
    throw new Error(`the panel did not start:\n${text}`, { cause: error })
  }
  return {
    api,
    dataDir,
    keyFile,
    output: () => text,
    killRunner: () => end(runner, 'SIGKILL'),
    startRunner: () => {
      runner = start('server/runner.ts')
    },
    stop,
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url))

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  const hard = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await ended
  clearTimeout(hard)
}
