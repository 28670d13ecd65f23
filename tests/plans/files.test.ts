import { describe, expect, it } from 'vitest'
import { type FileFact, fileKey } from '@/server/domain/facts'
import { stepsOf } from '@/server/domain/plan'
import type { OperationFacts, OperationInput } from '@/server/operations/input'
import { operations } from '@/server/operations/operation-map'
import { pull } from '@/server/operations/pull'
import { push } from '@/server/operations/push'
import { expectGolden } from './plan-text'
import { fresh, later, running, topologyOf } from './world'

const two = topologyOf(`global: {user: tidb, deploy_dir: /dm/deploy, data_dir: /dm/data}
master_servers: [{host: 10.0.0.1}]
worker_servers: [{host: 10.0.0.1}, {host: 10.0.0.2}]
`)
const file = { id: 'f1', name: 'hosts.conf', sizeBytes: 2048, sha256: 'a'.repeat(64) }
const none: FileFact = {
  ...{ kind: 'absent', link: false, readable: false, folder: 'writable', mode: '0000', owner: '', group: '', sizeBytes: 0 },
}
const there = (more: Partial<FileFact> = {}): FileFact => ({
  ...none,
  ...{ kind: 'file', readable: true, mode: '0600', owner: 'ops', group: 'ops', sizeBytes: 12, sha256: 'b'.repeat(64) },
  ...more,
})
const seen = (files: Record<string, Record<string, FileFact>>, user = 'tidb'): OperationFacts => {
  const facts = running(two)
  const of = (host: string) => Object.fromEntries(Object.entries(files[host] ?? {}).map(([path, fact]) => [fileKey(user, path), fact]))
  return { hosts: Object.fromEntries(Object.entries(facts.hosts).map(([host, one]) => [host, { ...one, files: of(host) }])) }
}
const sending = (more: Partial<NonNullable<OperationInput['push']>> = {}): Partial<OperationInput> => ({
  push: { file, path: '{{ .DeployDir }}/conf/', sudo: false, backup: true, atOnce: 5, ...more },
})
const fetching = (paths: string[], more: Partial<NonNullable<OperationInput['pull']>> = {}): Partial<OperationInput> => ({
  pull: { paths, sudo: false, atOnce: 5, roomBytes: 2 ** 30, ...more },
})
const codes = (problems: readonly { code: string; severity: string; params: Readonly<Record<string, unknown>> }[]) =>
  problems.map(({ code, severity, params }) => `${severity} ${code}${params.hosts === undefined ? '' : ` ${String(params.hosts)}`}`)

describe('push', () => {
  const master = '/dm/deploy/dm-master-8261/conf/hosts.conf'
  const worker = '/dm/deploy/dm-worker-8262/conf/hosts.conf'
  it('once per host; what lies there is shown and kept', () => {
    const facts = seen({ '10.0.0.1': { [master]: none }, '10.0.0.2': { [worker]: there() } })
    const { plan } = push.plan(two, facts, later(two, sending()))
    expectGolden('files/push', plan)
    const [first, second] = stepsOf(plan).filter((step) => step.kind === 'file-pushed')
    expect([first?.mode, first?.replaces, first?.backup]).toEqual(['0644', null, null])
    expect([second?.mode, second?.replaces, second?.backup]).toEqual(['0600', 'b'.repeat(64), `${worker}.was-bbbbbbbbbbbb`])
  })
  it('as root: owner and mode of what is there, else root’s', () => {
    const facts = seen({ '10.0.0.1': { '/etc/x': there() }, '10.0.0.2': { '/etc/x': none } }, 'root')
    const { plan } = push.plan(two, facts, later(two, sending({ path: '/etc/x', sudo: true, backup: false })))
    expectGolden('files/push-root', plan)
    expect(stepsOf(plan).map((step) => (step.kind === 'file-pushed' ? `${step.owner} ${step.mode} ${step.backup}` : ''))).toEqual([
      'ops:ops 0600 null',
      'root:root 0644 null',
    ])
    expect(codes(plan.problems)).toEqual(['warning push.replaces 10.0.0.1', 'warning push.root'])
  })
  it('says what stands against it, once for all hosts where it is the same', () => {
    const found = (fact: FileFact, more = {}) =>
      codes(
        push.validate(
          two,
          seen({ '10.0.0.1': { '/x/f': fact }, '10.0.0.2': { '/x/f': fact } }),
          later(two, sending({ path: '/x/f', ...more })),
        ),
      )
    const both = '10.0.0.1, 10.0.0.2'
    expect(found({ ...none, kind: 'directory' })).toEqual([`error push.folder ${both}`])
    expect(found({ ...none, kind: 'other' })).toEqual([`error push.special ${both}`])
    expect(found(there({ link: true }))).toEqual([`error push.link ${both}`])
    expect(found({ ...none, folder: 'absent' })).toEqual([`error push.no-folder ${both}`])
    expect(found({ ...none, folder: 'there' })).toEqual([`error push.not-writable ${both}`])
    const { sha256: _none, ...unread } = there({ readable: false })
    expect(found(unread)).toEqual([`error push.unreadable ${both}`])
    expect(found(there({ sha256: file.sha256 }))).toEqual([`info push.same ${both}`])
    for (const path of ['conf/x', '{{ .Port }}/x', '/a/../b', '/a/./b'])
      expect(codes(push.validate(two, running(two), later(two, sending({ path }))))).toEqual(['error push.path'])
    expect(codes(push.validate(two, running(two), later(two, sending({ path: '/{{ .Nope }}' }))))).toEqual([
      'error exec.template-unknown',
      'error exec.template-unknown',
    ])
  })
})

describe('pull', () => {
  it('the files that are there, once each; those that are not are said', () => {
    const log = '/dm/deploy/dm-worker-8262/log/dm-worker.log'
    const old = '/dm/deploy/dm-worker-8262/log/old.log'
    const facts = seen({
      '10.0.0.1': { [log]: there({ sizeBytes: 3_000_000 }), [old]: none },
      '10.0.0.2': { [log]: there(), [old]: there({ readable: false }) },
    })
    const asked = fetching(['{{ .LogDir }}/dm-worker.log', '{{ .LogDir }}/old.log', '{{ .LogDir }}//old.log'])
    const { plan } = pull.plan(two, facts, later(two, { ...asked, roles: ['dm-worker'] }))
    expectGolden('files/pull', plan)
  })
  it('says what stands against it', () => {
    const found = (fact: FileFact, more = {}) =>
      codes(pull.validate(two, seen({ '10.0.0.2': { '/f': fact } }), later(two, { ...fetching(['/f'], more), nodes: ['10.0.0.2:8262'] })))
    expect(found(none)).toEqual(['warning pull.absent 10.0.0.2', 'error pull.nothing'])
    expect(found({ ...none, kind: 'directory' })).toEqual(['error pull.no-file 10.0.0.2', 'error pull.nothing'])
    expect(found(there({ sizeBytes: 2 ** 31 }))).toEqual(['error pull.too-large 10.0.0.2', 'error pull.nothing'])
    expect(found(there(), { roomBytes: 11 })).toEqual(['error pull.no-room', 'info pull.sum'])
    expect(codes(pull.validate(two, running(two), later(two, fetching(['f']))))).toEqual(['error pull.path'])
    expect(codes(pull.validate(two, { hosts: {} }, later(two, { ...fetching(['/f'], {}), nodes: ['10.0.0.2:8262'] })))).toEqual([
      'error preflight.reach',
    ])
  })
})

describe('hosts at once (-c)', () => {
  const many = topologyOf(`master_servers: [${[1, 2, 3, 4, 5, 6, 7].map((n) => `{host: 10.0.1.${n}}`).join(', ')}]\n`)
  const widths = (verb: 'enable' | 'start', more: Partial<OperationInput> = {}) =>
    operations[verb].plan(many, fresh(many), later(many, more)).plan.phases.map(({ lanes, width }) => `${width} of ${lanes.length}`)
  it('5 by default, as the setting says else; what is started is started together', () => {
    expect(widths('enable')).toContain('5 of 7')
    expect(widths('enable', { concurrency: 2 })).toContain('2 of 7')
    expect(widths('enable', { concurrency: 64 })).toContain('7 of 7')
    expect(widths('start', { concurrency: 2 })).toContain('7 of 7')
  })
})
