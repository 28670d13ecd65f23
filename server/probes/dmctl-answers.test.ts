import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseTasks } from './cluster-answers'
import {
  dmCode,
  jsonIn,
  parseDdlLocks,
  parseDmctlRun,
  parseKept,
  parseRelayWorkers,
  parseSources,
  parseStatus,
  refusalOf,
  startRelayLines,
} from './dmctl-answers'
import { type DmctlCommand, dmctlWords } from './dmctl-commands'

const folder = 'tests/lab/recorded'

/** What dmctl printed, between the recording's command line and its status. */
const printed = (number: string): string => {
  const name = readdirSync(folder).find((file) => file.startsWith(`${number}-`)) ?? ''
  const lines = readFileSync(`${folder}/${name}`, 'utf8').split('\n')
  return lines
    .slice(
      1,
      lines.findLastIndex((line) => line.startsWith('rc=')),
    )
    .join('\n')
}
const said = (number: string) => parseDmctlRun(`::dmctl 0\n${printed(number)}\n`)[0]

describe('recorded answers of dmctl', () => {
  it('show: sources and their workers (62, a0)', () => {
    expect(parseSources(said('62'))).toEqual({ sources: [{ source: 'mariadb-01', worker: 'dm-127.0.1.4-8262', note: '' }] })
    const unbound = { source: 'mariadb-03', worker: '', note: 'source is added but there is no free worker to bound' }
    expect(parseSources(said('a0'))).toEqual({ sources: [unbound] })
  })

  it('a refusal, though the status is 0 (a1)', () => {
    const error = expect.stringContaining('invalid stage transformation for dm-worker dm-127.0.1.5-8262, from bound to bound')
    expect(refusalOf(said('a1'))).toEqual({ error, code: 46006 })
    expect(parseSources(said('a1'))).toMatchObject({ code: 46006 })
  })

  it('a result that is false for a source only is none for the whole (65)', () => {
    expect(refusalOf(said('65'))).toBeUndefined()
  })

  it('a task in full: paused in its load with an error, running in sync with a lag (67, 71)', () => {
    const at = { source: 'mariadb-01', worker: 'dm-127.0.1.4-8262', ddlLock: '' }
    const sources = [{ source: 'mariadb-01', worker: 'dm-127.0.1.4-8262', relay: false }]
    expect(parseStatus(said('67'))).toEqual({
      subtasks: [{ ...at, task: 't1', stage: 'Paused', unit: 'Load', error: expect.stringContaining('Error 1064') }],
      ...{ sources, silent: [] },
    })
    expect(parseStatus(said('71'))).toEqual({
      subtasks: [{ ...at, task: 't2', stage: 'Running', unit: 'Sync', lagS: 0, error: '' }],
      ...{ sources, silent: [] },
    })
  })

  it('a worker that does not answer (84)', () => {
    const silent = [{ source: 'mariadb-01', worker: 'dm-127.0.1.4-8262', msg: expect.stringContaining('38008') }]
    expect(parseStatus(said('84'))).toMatchObject({ subtasks: [], silent })
  })

  it('the same task from a gateway (76)', () => {
    const text = readFileSync(`${folder}/76-status-t2.txt`, 'utf8')
    const body = text.slice(text.indexOf('\n\n') + 2, text.lastIndexOf('\n--- http='))
    const { tasks, sources } = parseTasks(body) as { tasks: unknown; sources: unknown } // a recorded answer
    expect(parseStatus(said('71'))).toMatchObject({ subtasks: tasks, sources })
  })

  it('an export has no JSON: its status decides (6b)', () => {
    expect(refusalOf(said('6b'))).toBeUndefined()
    expect(refusalOf({ exit: 1, text: 'Error: no', json: undefined })).toEqual({ error: 'Error: no' })
  })
})

describe('answers as DM’s source has them', () => {
  const run = (text: string) => parseDmctlRun(text)[0]

  it('no lock, and one', () => {
    expect(parseDdlLocks(run('::dmctl 0\n{\n    "result": true,\n    "msg": "no DDL lock exists",\n    "locks": [\n    ]\n}\n'))).toEqual({
      locks: [],
    })
    const row = { ID: 't-`s`.`t`', task: 't', mode: 'pessimistic', owner: 'm-1', DDLs: ['ALTER'], synced: ['m-1'], unsynced: ['m-2'] }
    expect(parseDdlLocks(run(`::dmctl 0\n${JSON.stringify({ result: true, msg: '', locks: [row] }, null, 4)}\n`))).toEqual({
      locks: [{ id: 't-`s`.`t`', task: 't', mode: 'pessimistic', owner: 'm-1', ddls: ['ALTER'], synced: ['m-1'], unsynced: ['m-2'] }],
    })
  })

  it('relay: a hint before the answer; the lines for later', () => {
    const hint = 'start-relay/stop-relay with worker name will be deprecated soon. {You} can\n'
    expect(refusalOf(run(`::dmctl 0\n${hint}{\n    "result": true,\n    "msg": ""\n}\n`))).toBeUndefined()
    expect(startRelayLines(parseRelayWorkers('{"m-1":["w1","w2"],"m-2":[]}') ?? {})).toEqual(['start-relay -s m-1 w1 w2'])
    expect(parseRelayWorkers('null')).toBeUndefined()
  })

  it('several calls of one run, and what was kept', () => {
    const text = `::dmctl 0\nexport ok\n::dmctl 65\n{\n    "result": false,\n    "msg": "[code=1:]"\n}\n::kept 12 ${'a'.repeat(64)}\n`
    expect(parseDmctlRun(text).map(({ exit }) => exit)).toEqual([0, 65])
    expect(parseKept(text)).toEqual({ sizeBytes: 12, sha256: 'a'.repeat(64) })
    expect(parseKept('')).toBeUndefined()
    expect(refusalOf(undefined)).toEqual({ error: 'dmctl said nothing' })
  })

  it('any JSON among any noise of other lines', () => {
    const noise = fc.string().map((text) => text.replace(/[{}\n]/g, ''))
    fc.assert(
      fc.property(noise, fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { minKeys: 1 }), noise, (before, value, after) => {
        const plain = JSON.parse(JSON.stringify(value))
        expect(jsonIn(`${before}\n${JSON.stringify(plain, null, 4)}\n${after}`)).toEqual(plain)
      }),
    )
    expect(jsonIn('{ torn')).toBeUndefined()
    expect(dmCode('nothing')).toBeUndefined()
  })
})

describe('commands', () => {
  it.each<[DmctlCommand, string]>([
    [{ do: 'transfer-source', source: 's', worker: 'w' }, 'transfer-source s w'],
    [{ do: 'query-status', more: true }, 'query-status --more'],
    [{ do: 'query-status', task: 't', sources: ['a', 'b'] }, 'query-status -s a -s b t'],
    [{ do: 'config-export', dir: 'out' }, 'config export -p out'],
    [{ do: 'start-relay', source: 's', workers: ['w1', 'w2'] }, 'start-relay -s s w1 w2'],
    [{ do: 'offline-member', type: 'worker', name: 'w' }, 'offline-member --worker --name w'],
    [{ do: 'cancel-evict-leader' }, 'operate-leader cancel-evict'],
  ])('%j', (command, words) => {
    expect(dmctlWords(command).join(' ')).toBe(words)
  })

  it('a name that would be a flag is refused', () => {
    expect(() => dmctlWords({ do: 'transfer-source', source: '--config', worker: 'w' })).toThrow('--config')
    expect(() => dmctlWords({ do: 'pause-task', task: 't', sources: ['-x'] })).toThrow('-x')
  })
})
