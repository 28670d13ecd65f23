import { describe, expect, it } from 'vitest'
import type { Command, CommandResult } from '@/server/remote/transport'
import { askDmctl, type DmctlHost, readBaseline } from './dmctl'

const target = { host: 'h', address: 'h', port: 22, login: { user: 'tidb', credentialId: 'k', sudo: 'nopasswd' as const } }
const ref = { packageSha256: 'a'.repeat(64), entry: 'dmctl/dmctl', user: 'tidb', masters: ['10.0.0.1:8261'] }

/** A host on which dmctl says these, one text a run. */
const hostThat = (...texts: (string | Partial<CommandResult>)[]): DmctlHost & { ran: Command[] } => {
  const ran: Command[] = []
  const run = (_target: unknown, command: Command): Promise<CommandResult> => {
    ran.push(command)
    const next = texts.shift() ?? ''
    const said = typeof next === 'string' ? { stdout: next } : next
    return Promise.resolve({ exitCode: 0, signal: null, stdout: '', stderr: '', durationMs: 1, timedOut: false, ...said })
  }
  return { transport: { run }, target, ref, ran }
}
const call = (value: unknown, exit = 0): string =>
  `::dmctl ${exit}\n${typeof value === 'string' ? value : JSON.stringify(value, null, 4)}\n`
const sources = call({ result: true, msg: '', sources: [{ result: true, msg: '', source: 's1', worker: 'w1' }] })
const noLock = call({ result: true, msg: 'no DDL lock exists', locks: [] })
const row = {
  ...{ result: true, msg: '', sourceStatus: { source: 's1', worker: 'w1', result: null, relayStatus: null } },
  subTaskStatus: [{ name: 't', stage: 'Running', unit: 'Sync', result: null, unresolvedDDLLockID: '', sync: { secondsBehindMaster: '3' } }],
}
const status = call({ result: true, msg: '', sources: [row] })

describe('the baseline of a review', () => {
  it('is had in one run', async () => {
    const host = hostThat(sources + noLock + status)
    expect(await readBaseline(host)).toEqual({
      bindings: [{ source: 's1', worker: 'w1', note: '' }],
      locks: [],
      status: {
        subtasks: [{ task: 't', source: 's1', worker: 'w1', stage: 'Running', unit: 'Sync', lagS: 3, error: '', ddlLock: '' }],
        sources: [{ source: 's1', worker: 'w1', relay: false }],
        silent: [],
      },
    })
    expect(host.ran).toHaveLength(1)
    expect(host.ran[0]).toMatchObject({ as: 'root' })
  })

  it('of a dmctl that knows no --more names the sources', async () => {
    const old = { stdout: sources + noLock + call('Error: unknown flag: --more', 1), exitCode: 1 }
    const host = hostThat(old, status)
    expect(await readBaseline(host)).toMatchObject({ status: { subtasks: [{ task: 't' }] } })
    expect(host.ran[1]?.argv.slice(-4)).toEqual(['3', 'query-status', '-s', 's1'])
    const none = hostThat({ ...old, stdout: old.stdout.replace(sources, call({ result: true, msg: '', sources: [] })) })
    expect(await readBaseline(none)).toMatchObject({ status: { subtasks: [], sources: [], silent: [] } })
    expect(none.ran).toHaveLength(1)
  })

  it('a refusal is in DM’s words', async () => {
    const msg = "[code=38043:class=dm-master:scope=internal:level=high], Message: master is not leader, and can't forward request to leader"
    expect(await readBaseline(hostThat({ stdout: call({ result: false, msg }, 65), exitCode: 65 }))).toEqual({ error: msg, code: 38043 })
  })
})

it('dmctl that never came to an answer', async () => {
  expect(await askDmctl(hostThat({ exitCode: 66, stderr: 'the package is not there\n' }), [{ do: 'version' }])).toEqual({
    error: 'the package is not there',
  })
  expect(await askDmctl(hostThat({ exitCode: null, timedOut: true }), [{ do: 'version' }])).toEqual({ error: 'dmctl did not end in time' })
  expect(await askDmctl(hostThat({ exitCode: 3 }), [{ do: 'version' }])).toEqual({ error: 'dmctl ended with 3' })
})
