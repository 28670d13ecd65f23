import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type HostFacts, noHostFacts, type PathFact, type UnitFact } from '@/server/domain/facts'
import type { Step } from '@/server/domain/step'
import { stepTitle } from '@/server/domain/step-title'
import { stepWords } from '@/server/domain/words/steps'
import { kindOf, stepKinds } from './kinds'

const mode = fc.constantFrom('0644', '0755', '0600')
const name = fc.constantFrom('tidb', 'root')
const hash = fc.constantFrom('a'.repeat(64), 'b'.repeat(64))
const path = fc.constantFrom('/d/a', '/d/a/bin', '/d/a/bin/p/p')
const unit = fc.constant('dm-worker-8262.service')
const key = fc.constant('ssh-rsa AAAAB3 me')
const base = { id: fc.string({ maxLength: 5 }), host: fc.constant('h') }
const content = fc.record({ sha256: hash, sizeBytes: fc.nat(9), secret: fc.constant(false) })

const observable: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ ...base, kind: fc.constantFrom('user-present' as const, 'user-absent' as const), user: name, group: name }),
  fc.record({ ...base, kind: fc.constantFrom('authorized-key' as const, 'authorized-key-absent' as const), user: name, key }),
  fc.record({ ...base, kind: fc.constant('directory' as const), path, mode, owner: name, group: name }),
  fc.record({ ...base, kind: fc.constant('file' as const), path, mode, owner: name, group: name, content }),
  fc.record({ ...base, kind: fc.constant('package-cached' as const), sha256: hash, sizeBytes: fc.nat(9), name }),
  fc.record({
    ...base,
    kind: fc.constantFrom('binaries' as const, 'binaries-staged' as const),
    packageSha256: hash,
    name,
    into: fc.constant('/d/a/bin'),
    entry: fc.constant('p/p'),
    entrySha256: hash,
    owner: name,
    group: name,
  }),
  fc.record({ ...base, kind: fc.constant('unit-enabled' as const), unit, enabled: fc.boolean() }),
  fc.record({
    ...base,
    kind: fc.constant('unit-running' as const),
    unit,
    started: fc.constantFrom('any' as const, 'this-turn' as const),
    logs: fc.constant([]),
  }),
  fc.record({ ...base, kind: fc.constant('unit-stopped' as const), unit }),
  fc.record({ ...base, kind: fc.constant('path-absent' as const), path, onlyEmpty: fc.boolean() }),
  fc.record({ ...base, kind: fc.constant('contents-absent' as const), path, only: fc.constantFrom('all' as const, 'logs' as const) }),
)

const pathFact: fc.Arbitrary<PathFact> = fc.oneof(
  fc.constant({ exists: false as const }),
  fc.record({
    exists: fc.constant(true as const),
    type: fc.constantFrom('file' as const, 'directory' as const),
    mode,
    owner: name,
    group: name,
    sizeBytes: fc.nat(9),
    mountPoint: fc.constant(false),
    empty: fc.boolean(),
    sha256: hash,
  }),
)
const unitFact: fc.Arbitrary<UnitFact> = fc.record({
  loadState: fc.constantFrom('loaded', 'not-found'),
  activeState: fc.constantFrom('active', 'inactive', 'failed', 'activating'),
  subState: fc.constantFrom('running', 'dead', 'auto-restart'),
  result: fc.constant('success'),
  unitFileState: fc.constantFrom('enabled', 'disabled', ''),
  execMainStatus: fc.nat(2),
  mainPid: fc.nat(9),
  nRestarts: fc.nat(2),
  activeEnterMonotonicUs: fc.nat(9),
  activeEnterTimestamp: fc.constant(''),
  needDaemonReload: fc.boolean(),
})
const user = fc.oneof(
  fc.constant({ exists: false as const }),
  fc.record({ exists: fc.constant(true as const), uid: fc.nat(9), primaryGroup: name, home: fc.constant('/h'), shell: fc.constant('s') }),
)
const system = { hostname: '', os: 'linux', arch: 'amd64', distribution: '', bootId: 'b', clockMs: 0, cpus: 1, memoryMiB: 1 }
const facts: fc.Arbitrary<HostFacts> = fc
  .record({
    users: fc.dictionary(name, user),
    paths: fc.dictionary(path, pathFact),
    units: fc.dictionary(unit, unitFact),
    authorizedKeys: fc.dictionary(fc.constantFrom('tidb AAAAB3', 'root AAAAB3'), fc.nat(2)),
    packages: fc.dictionary(hash, fc.nat(9)),
    usage: fc.dictionary(
      fc.tuple(fc.constantFrom('all', 'logs'), path).map((key) => key.join(' ')),
      fc.record({ entries: fc.nat(2), real: fc.oneof(fc.constant(''), path) }),
    ),
  })
  .map((some) => ({
    ...noHostFacts('now'),
    ...some,
    system: { ...system, init: 'systemd', systemdVersion: '252', commands: [], openFilesHard: 1, timezone: '' },
  }))

it('what a step forecasts satisfies it, whatever was seen before, and forecasting again changes nothing', () => {
  fc.assert(
    fc.property(observable, facts, (step, seen) => {
      const kind = kindOf(step)
      const bootId = seen.system?.bootId ?? ''
      const entered = seen.units['dm-worker-8262.service']?.activeEnterMonotonicUs ?? 0
      const turn = { incarnation: entered > 0 ? `${bootId} ${entered}` : '' }
      const forecast = kind.predict(step, seen)
      expect(kind.satisfied(step, forecast, turn)).toBe('yes')
      if (step.kind !== 'unit-running') expect(kind.predict(step, forecast)).toEqual(forecast)
    }),
    { numRuns: 2000 },
  )
})

it('a missing fact is unknown, never an answer', () => {
  fc.assert(
    fc.property(observable, (step) => {
      expect(kindOf(step).satisfied(step, noHostFacts('now'), { incarnation: '' })).toBe('unknown')
    }),
  )
})

it('every title has its words', () => {
  fc.assert(fc.property(observable, (step) => stepTitle(step).word in stepWords))
})

it('a restart is a new incarnation, not merely a running unit', () => {
  const step = { kind: 'unit-running' as const, id: '1', host: 'h', unit: 'u', started: 'this-turn' as const, logs: [] }
  const [base] = fc.sample(facts, 1)
  const [one] = fc.sample(unitFact, 1)
  if (!base || !one) throw new Error('no sample')
  const seen = { ...base, units: { u: { ...one, activeState: 'active', subState: 'running', activeEnterMonotonicUs: 5 } } }
  expect(stepKinds['unit-running'].satisfied(step, seen, { incarnation: 'b 5' })).toBe('no')
  expect(stepKinds['unit-running'].satisfied(step, seen, { incarnation: 'b 4' })).toBe('yes')
  expect(stepKinds['unit-running'].satisfied(step, seen, { incarnation: '' })).toBe('yes')
})

it('evict counts a refused connection as done, and a refusal by DM as failed', () => {
  const step = { kind: 'leader-not-here' as const, id: '1', instance: 'i', host: 'h', address: 'a', port: 8261 }
  const { answered, acts } = stepKinds['leader-not-here']
  expect(answered?.(step, 'refused')).toBe('ok')
  expect(answered?.(step, { status: 200, body: '{"result": true, "msg": ""}' })).toBe('ok')
  expect(answered?.(step, { status: 200, body: '{"result": false, "msg": "x"}' })).toBe('failed')
  expect(answered?.(step, { status: 500, body: '' })).toBe('failed')
  expect(answered?.(step, 'timeout')).toBe('failed')
  expect(acts(step)).toEqual([
    { act: 'http', from: 'h', address: 'a', port: 8261, method: 'PUT', path: '/apis/v1alpha1/leader/1', body: '{}' },
  ])
})
