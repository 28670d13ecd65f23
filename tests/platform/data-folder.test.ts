import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

let folder: string
const children: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'dm-panel-test-'))
  writeFileSync(
    path.join(folder, 'take.ts'),
    `import { takeDataFolder } from ${JSON.stringify(path.resolve('server/data-folder'))}
     import { runMain } from ${JSON.stringify(path.resolve('server/exit'))}
     runMain(async () => { takeDataFolder(${JSON.stringify(folder)}); process.on('SIGTERM', () => process.exit(0)); console.log('taken'); setInterval(() => {}, 1000) }, ['DataFolderInUse'])`,
  )
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** A process that takes the folder and keeps it. Resolves with what it printed first, and its exit code if it ended. */
const take = (): Promise<{ child: ChildProcess; said: string; code: number | null }> => {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(folder, 'take.ts')], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.push(child)
  return new Promise((resolve) => {
    let said = ''
    const hear = (chunk: Buffer): void => {
      said += chunk.toString()
      if (said.includes('taken')) resolve({ child, said, code: null })
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('close', (code) => resolve({ child, said, code }))
  })
}
const ended = (child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<unknown> => {
  const closed = new Promise((resolve) => child.once('close', resolve))
  child.kill(signal)
  return closed
}

it('a second panel on the same data folder is refused in a sentence; one that is gone, however it ended, is not in the way', {
  timeout: 60_000,
}, async () => {
  const first = await take()
  expect(first.said).toContain('taken')
  const second = await take()
  expect([second.code, second.said]).toEqual([
    78,
    `The data folder ${folder} is in use by another DM Panel (process ${first.child.pid}). End that one first, or set DM_PANEL_DATA to a folder of its own.\n`,
  ])
  await ended(first.child, 'SIGKILL')
  const third = await take()
  expect(third.said).toContain('taken')
  expect(JSON.parse(readFileSync(path.join(folder, 'panel.lock'), 'utf8'))).toMatchObject({ pid: third.child.pid })
  await ended(third.child, 'SIGTERM')
  expect(existsSync(path.join(folder, 'panel.lock'))).toBe(false)
})

it('of several that start at once over a stale lock one takes it', { timeout: 60_000 }, async () => {
  writeFileSync(
    path.join(folder, 'panel.lock'),
    JSON.stringify({ machine: 'this machine', bootId: 'an earlier boot', pid: 1, startTime: '1' }),
  )
  const all = await Promise.all([take(), take(), take()])
  expect(all.filter(({ code }) => code === null)).toHaveLength(1)
  expect(all.filter(({ code }) => code === 78)).toHaveLength(2)
})
