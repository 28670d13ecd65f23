import { describe, expect, it } from 'vitest'
import { problemCodes } from '@/server/domain/words/catalogue'
import { dmctlCommands } from './commands'
import { completeDmctl } from './complete'
import { readDmctlFile } from './files'
import { parseDmctlLine } from './line'
import { maskAnswer } from './mask'

const parse = (text: string, files: readonly string[] = [], version = 'v8.5.0') => parseDmctlLine(text, { files, version })
const words = (text: string, files: readonly string[] = []) => {
  const read = parse(text, files)
  return 'problems' in read ? read.problems.map(({ code, params }) => `${code} ${Object.values(params).join(' | ')}`.trim()) : read.words
}

describe('a line of dmctl', () => {
  it('is read as dmctl reads it', () => {
    expect(words('query-status')).toEqual(['query-status'])
    expect(words('  dmctl query-status  t1 -s mysql-01,mysql-02 ')).toEqual(['query-status', '--source', 'mysql-01,mysql-02', 't1'])
    expect(words('stop-task --source=mysql-01 "t 1"')).toEqual(['stop-task', '--source', 'mysql-01', 't 1'])
    expect(words('start-task ./conf/task.yaml --remove-meta', ['task.yaml'])).toEqual(['start-task', '--remove-meta', 'in/task.yaml'])
    expect(words('operate-source create a.yml b.yml -w w1', ['a.yml', 'b.yml'])).toEqual([
      'operate-source',
      'create',
      '--worker',
      'w1',
      'in/a.yml',
      'in/b.yml',
    ])
    const read = parse('transfer-source mysql-01 dm-10.0.0.4-8262')
    expect(read).toMatchObject({
      command: { effect: 'changes' },
      shown: 'transfer-source mysql-01 dm-10.0.0.4-8262',
      named: { source: ['mysql-01'], worker: ['dm-10.0.0.4-8262'], task: [] },
    })
  })

  it('that can’t be run is a sentence before anything runs', () => {
    expect(words('')).toEqual(['dmctl.empty'])
    expect(words('dmctl')).toEqual(['dmctl.empty'])
    expect(words('stop-tsk t1')[0]).toMatch(/^dmctl.unknown-command stop-tsk t1 \| stop-relay, stop-task/)
    expect(words('operate-source delete x')[0]).toContain('operate-source show, operate-source create')
    expect(words('query-status "t1')).toEqual(['dmctl.quote'])
    expect(words('pause-task t1 --force')[0]).toMatch(/^dmctl.flag-unknown --force \| pause-task \[--source SOURCE\]/)
    expect(words('pause-task t1 -s')).toEqual(['dmctl.flag-value -s | source'])
    expect(words('transfer-source mysql-01')).toEqual(['dmctl.missing worker | transfer-source SOURCE WORKER'])
    expect(words('transfer-source a b c')[0]).toMatch(/^dmctl.too-many c/)
    expect(words('start-task task.yaml')).toEqual(['dmctl.file-missing task.yaml'])
    expect(words('operate-source create a.yml x/a.yml', ['a.yml'])).toEqual(['dmctl.file-twice a.yml'])
    expect(words('start-task $(id)', ['$(id)'])).toEqual(['dmctl.file-name $(id)'])
    expect(words('list-member --master-addr 10.0.0.9:8261')).toEqual(['dmctl.own-flag --master-addr'])
    expect(words('config export -p /tmp/x')).toEqual(['dmctl.own-flag -p'])
    expect(words('encrypt hunter22')[0]).toMatch(/^dmctl.secret-command encrypt$/)
    expect(words(`binlog replace t1 "create user a identified by 'hunter22'"`)).toEqual(['dmctl.password-in-line'])
    const old = parse('validation status t1', [], 'v6.1.0')
    expect('problems' in old && old.problems[0]).toMatchObject({ code: 'dmctl.too-new', params: { since: 'v6.2.0' } })
  })

  it('has words for what each changing command does', () => {
    const missing = dmctlCommands
      .filter(({ effect }) => effect === 'changes')
      .map(({ name }) => `dmctl.will-${name.replaceAll(' ', '-')}`)
      .filter((code) => !problemCodes.includes(code))
    expect(missing).toEqual([])
  })
})

it('completes commands, flags and names', () => {
  const known = { task: ['t1', 't2'], source: ['mysql-01'], worker: ['w1', 'w2'], master: ['m1'], file: ['a.yml'] }
  const options = (line: string) => completeDmctl(line, known).options
  expect(options('que')).toEqual(['query-status'])
  expect(options('operate-source ')).toEqual(['show', 'create', 'update', 'stop'])
  expect(options('transfer-source ')).toEqual(['mysql-01'])
  expect(options('transfer-source mysql-01 w')).toEqual(['w1', 'w2'])
  expect(options('stop-task t')).toEqual(['t1', 't2'])
  expect(options('stop-task -s ')).toEqual(['mysql-01'])
  expect(options('stop-task -s mysql-01 t1 --s')).toEqual(['--source'])
  expect(options('operate-source create a')).toEqual(['a.yml'])
  expect(options('no-such x')).toEqual([])
  expect(completeDmctl('query-status t', known).from).toBe('query-status '.length)
})

describe('a file of a line', () => {
  const line = (text: string, file: string) => {
    const read = parse(text, [file])
    if ('problems' in read) throw new Error(JSON.stringify(read))
    return read
  }
  it('is described without its secrets, which are known for masking', () => {
    const source = 'source-id: mysql-01\nfrom: {host: 10.0.0.9, port: 3306, user: root, password: "canary-77"}\n'
    expect(readDmctlFile(line('operate-source create a.yml', 'a.yml'), 'a.yml', source)).toEqual({
      about: 'mysql-01: root@10.0.0.9:3306',
      secrets: ['canary-77'],
    })
    const task = 'name: t1\ntask-mode: all\ntarget-database: {host: 10.0.0.8, port: 4000, user: root, password: canary-88}\n'
    expect(readDmctlFile(line('start-task t.yaml', 't.yaml'), 't.yaml', task)).toMatchObject({
      about: 't1: all → root@10.0.0.8:4000',
      secrets: ['canary-88'],
    })
  })
  it('that is another thing is refused by its line, without a piece of it', () => {
    const read = readDmctlFile(line('operate-source create a.yml', 'a.yml'), 'a.yml', 'source-id: x\nfrom: {password: "canary-77\n')
    expect(read.problem).toMatchObject({ code: 'dmctl.file-yaml' })
    expect(JSON.stringify(read)).not.toContain('canary')
    expect(readDmctlFile(line('start-task t.yaml', 't.yaml'), 't.yaml', 'source-id: x\n').problem).toMatchObject({
      code: 'dmctl.file-kind',
      params: { kind: 'task', key: 'name' },
    })
  })
})

it('masks what sounds like a secret in answers, inside JSON strings too', () => {
  const cfg = JSON.stringify({ cfg: 'name: t1\nfrom:\n  password: "canary 1"\n  user: root\npassword: canary2\nport: 1' }, null, 4)
  const masked = maskAnswer(`${cfg}\n"password": "canary3",\npassword = 'canary4'\nuser: root`)
  expect(masked).not.toContain('canary')
  expect(masked).toContain('user: root')
  expect(JSON.parse(masked.slice(0, masked.indexOf('\n"password"')))).toEqual({
    cfg: 'name: t1\nfrom:\n  password: ******\n  user: root\npassword: ******\nport: 1',
  })
})
