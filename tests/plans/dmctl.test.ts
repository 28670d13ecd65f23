import { describe, expect, it } from 'vitest'
import type { SubtaskFact } from '@/server/domain/facts'
import type { PackageInfo } from '@/server/domain/package'
import { stepsOf } from '@/server/domain/plan'
import { dmctl } from '@/server/operations/dmctl'
import type { OperationFacts, OperationInput } from '@/server/operations/input'
import { expectGolden } from './plan-text'
import { later, packages, running, three } from './world'

const [first] = packages
const program = { ...first, component: 'dmctl', sha256: 'd'.repeat(64), entry: 'dmctl/dmctl' } as PackageInfo // a package like the others
const typed = (line: string, files: readonly string[] = [], more: Partial<NonNullable<OperationInput['typed']>> = {}) => ({
  dmctl: program,
  typed: {
    ...{ line, run: 'run-1', version: 'v8.5.0', seconds: 60 },
    files: files.map((name) => ({ name, sizeBytes: 120, about: `what ${name} is` })),
    ...more,
  },
})
const task = (more: Partial<SubtaskFact> = {}): SubtaskFact => ({
  ...{ task: 't1', source: 'mysql-01', worker: 'dm-10.0.0.4-8262', stage: 'Running', unit: 'Sync', error: '', ddlLock: '', ...more },
})
const facts = (...tasks: SubtaskFact[]): OperationFacts => {
  const seen = running(three, undefined, { '10.0.0.4:8262': 'mysql-01' })
  const sources = [{ source: 'mysql-01', worker: 'dm-10.0.0.4-8262', relay: false }]
  return { ...seen, ...(seen.cluster && { cluster: { ...seen.cluster, tasks, sources } }) }
}
const planned = (line: string, files: readonly string[] = [], seen = facts(task())) =>
  dmctl.plan(three, seen, later(three, typed(line, files)))
const codes = (line: string, seen = facts(task()), files: readonly string[] = []) =>
  dmctl.validate(three, seen, later(three, typed(line, files))).map(({ severity, code }) => `${severity} ${code.replace('dmctl.', '')}`)

describe('a plan of dmctl', () => {
  it('with a file: staged in a folder of the run, which goes when the lane is left', () => {
    const { plan, blobs } = planned('operate-source create source1.yml', ['source1.yml'])
    expectGolden('dmctl/create-source', plan)
    expect(blobs.map(({ secret, parts }) => [secret, parts])).toEqual([[true, [{ secret: 'dmctl:run-1' }]]])
  })

  it('says which sources stop', () => {
    expectGolden('dmctl/stop-task', planned('stop-task t1', [], facts(task({ ddlLock: 't1-`db`.`t`' }))).plan)
    expect(planned('pause-task -s mysql-01').plan.impact.sources).toEqual([{ source: 'mysql-01', worker: '10.0.0.4:8262' }])
    expect(planned('resume-task t1').plan.impact.sources).toEqual([])
  })

  it('export goes into the store, not into the log', () => {
    expectGolden('dmctl/export', planned('config export').plan)
  })

  it('two runs of one line have nothing in common on a host', () => {
    const of = (run: string) =>
      stepsOf(dmctl.plan(three, facts(), later(three, typed('start-task a.yml', ['a.yml'], { run }))).plan).flatMap((step) =>
        step.kind === 'dmctl' ? [step.id, step.box] : [],
      )
    expect(new Set([...of('a'), ...of('b')]).size).toBe(4)
  })

  it('runs on another master’s host where that was asked for, on the first one’s otherwise', () => {
    const hosts = (host: string) => Object.keys(dmctl.plan(three, facts(), later(three, typed('query-status', [], { host }))).plan.hosts)
    expect([hosts('10.0.0.2'), hosts('10.0.0.4'), hosts('')]).toEqual([['10.0.0.2'], ['10.0.0.1'], ['10.0.0.1']])
    expect(Object.keys(dmctl.needs(three, later(three, typed('query-status', [], { host: '10.0.0.3' }))).host)).toEqual(['10.0.0.3'])
  })

  it('import unpacks the archive and imports that', () => {
    const [step] = stepsOf(planned('config import c.tar.gz', ['c.tar.gz']).plan).filter(({ kind }) => kind === 'dmctl')
    expect(step).toMatchObject({ words: ['config', 'import', '-p', 'in'], line: 'config import c.tar.gz' })
  })
})

describe('what is said first', () => {
  it('what will happen, and what is dangerous about it', () => {
    expect(codes('query-status')).toEqual([])
    expect(codes('stop-task t1')).toEqual(['info will-stop-task'])
    expect(codes('stop-task t1', facts(task({ ddlLock: 'x' })))).toEqual(['info will-stop-task', 'warning task-locked'])
    expect(codes('stop-task t1', facts(task({ unit: 'Load' })))).toEqual(['info will-stop-task', 'warning stop-loading'])
    expect(codes('stop-task -s mysql-01')).toEqual(['info will-stop-task', 'warning every-task'])
    expect(codes('transfer-source mysql-01 dm-10.0.0.5-8262')).toEqual(['info will-transfer-source'])
    expect(codes('transfer-source mysql-01 dm-10.0.0.5-8262', facts(task({ unit: 'Load' })))).toContain('warning transfer-loading')
    expect(codes('transfer-source mysql-01 dm-10.0.0.4-8262')).toContain('warning worker-not-free')
    expect(codes('operate-source stop mysql-01')).toContain('warning stop-source-tasks')
    expect(codes('start-task t.yaml --remove-meta', facts(), ['t.yaml'])).toContain('warning remove-meta')
    expect(codes('config import c.tar.gz', facts(), ['c.tar.gz'])).toContain('warning import-not-empty')
  })

  it('names that DM does not list, tasks that nobody could list, a host or a package that is not there', () => {
    expect(codes('stop-task t9')).toEqual(['info will-stop-task', 'warning unknown-task'])
    expect(codes('transfer-source mysql-09 w9')).toEqual(['info will-transfer-source', 'warning unknown-source', 'warning unknown-worker'])
    expect(codes('stop-task t1', running(three))).toEqual(['info will-stop-task', 'warning tasks-unknown'])
    expect(codes('stop-task t1', { hosts: {} })).toContain('error preflight.reach')
    const { dmctl: _none, ...rest } = typed('query-status', [], { version: 'v7.1.0' })
    const problems = dmctl.validate(three, facts(), later(three, rest))
    expect(problems.map(({ code, params }) => [code, params.version ?? params.chosen])).toEqual([
      ['dmctl.no-package', 'v7.1.0'],
      ['dmctl.other-version', 'v7.1.0'],
    ])
  })
})
