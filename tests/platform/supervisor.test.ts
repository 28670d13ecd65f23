import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

let folder: string
let supervisor: ChildProcess | undefined
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'dm-panel-test-'))
})
afterEach(() => {
  if (supervisor?.exitCode === null && supervisor.signalCode === null) supervisor.kill('SIGKILL') // the halves' lifeline ends with it
})

/** A half that notes its starts (with its pid) and its ordered end. `onTerm` runs before it ends. */
const half = (name: string, onTerm = '') => {
  const file = path.join(folder, `${name}.mjs`)
  writeFileSync(
    file,
    `import { appendFileSync } from 'node:fs'
     const note = (text) => appendFileSync(${JSON.stringify(path.join(folder, 'notes'))}, ${JSON.stringify(name)} + ' ' + text + '\\n')
     const end = async () => { ${onTerm}; note('ended'); process.exit(0) }
     process.on('SIGTERM', end)
     process.stdin.on('end', () => process.exit(0)).resume()
     note('started ' + process.pid)
     setInterval(() => {}, 1000)`,
  )
  return `${name}=${file}`
}
const notes = () => (existsSync(path.join(folder, 'notes')) ? readFileSync(path.join(folder, 'notes'), 'utf8').trim().split('\n') : [])
const starts = (name: string) =>
  notes()
    .filter((note) => note.startsWith(`${name} started`))
    .map((note) => Number(note.split(' ')[2]))
const until = (check: () => void) => vi.waitFor(check, { timeout: 15_000, interval: 50 })
const supervise = (...halves: string[]): Promise<number | null> => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'tests/support/supervised.ts', ...halves], { stdio: 'ignore' })
  supervisor = child
  return new Promise((resolve) => child.once('exit', resolve))
}
const both = () => until(() => expect([starts('web').length, starts('runner').length]).toEqual([1, 1]))

describe('supervisor', () => {
  it('starts a killed half again and leaves the other alone', async () => {
    void supervise(half('runner'), half('web'))
    await both()
    process.kill(starts('web')[0] ?? 0, 'SIGKILL')
    await until(() => expect(starts('web').length).toBe(2))
    expect(starts('runner').length).toBe(1)
    process.kill(starts('runner')[0] ?? 0, 0)
  })

  it('lets the runner end its steps before the pages go', async () => {
    const exit = supervise(half('runner', 'await new Promise((resolve) => setTimeout(resolve, 300))'), half('web'))
    await both()
    supervisor?.kill('SIGINT')
    expect(await exit).toBe(0)
    expect(notes().slice(-2)).toEqual(['runner ended', 'web ended'])
  })

  it('ends everything at once at the second signal', async () => {
    const waits = `appendFileSync(${JSON.stringify(path.join(folder, 'asked'))}, '1'); await new Promise(() => {})`
    const exit = supervise(half('runner', waits), half('web'))
    await both()
    supervisor?.kill('SIGINT')
    await until(() => expect(existsSync(path.join(folder, 'asked'))).toBe(true))
    supervisor?.kill('SIGINT')
    expect(await exit).toBe(130)
    expect(notes()).not.toContain('runner ended')
    await until(() => expect(() => process.kill(starts('runner')[0] ?? 0, 0)).toThrow())
  })

  it('gives up at once when a half says that its settings are wrong', async () => {
    const wrong = path.join(folder, 'wrong.mjs')
    writeFileSync(wrong, 'process.exit(78)')
    expect(await supervise(`runner=${wrong}`, half('web'))).toBe(78)
  })

  it('does not leave halves behind when it is killed itself', async () => {
    const exit = supervise(half('runner'), half('web'))
    await both()
    supervisor?.kill('SIGKILL')
    await exit
    for (const pid of [...starts('web'), ...starts('runner')]) await until(() => expect(() => process.kill(pid, 0)).toThrow())
  })
})
