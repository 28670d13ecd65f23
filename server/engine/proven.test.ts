import { expect, it } from 'vitest'
import { type HostFacts, noHostFacts, type UnitFact } from '@/server/domain/facts'
import { type Proven, unprovenOf, withProven } from './proven'

const unit = 'dm-master-8261.service'
const sha256 = 'a'.repeat(64)
const fact: UnitFact = {
  ...{ loadState: 'loaded', activeState: 'active', subState: 'running', result: 'success', unitFileState: 'enabled', execMainStatus: 0 },
  ...{ mainPid: 7, nRestarts: 0, activeEnterMonotonicUs: 1000, activeEnterTimestamp: '', needDaemonReload: false },
}
const seen = (more: Partial<UnitFact>): HostFacts => ({ ...noHostFacts(''), units: { [unit]: { ...fact, ...more } } })
const questions = [{ ask: 'process-is', host: 'h1', unit, sha256 } as const]
const probe = { probe: 'unit', unit, hashExe: true } as const
const hashIn = (facts: HostFacts) => facts.units[unit]?.exeSha256

it('a process is hashed until it is the wanted program, and then no more', () => {
  const proven: Proven = new Map()
  expect(hashIn(withProven(proven, 'h1', seen({ exeSha256: 'b'.repeat(64) }), questions))).toBe('b'.repeat(64))
  expect(unprovenOf(proven, 'h1', [probe])).toEqual([probe]) // still the shell that starts it
  withProven(proven, 'h1', seen({ exeSha256: sha256 }), questions)
  expect(unprovenOf(proven, 'h1', [probe])).toEqual([{ ...probe, hashExe: false }])
  expect(unprovenOf(proven, 'h2', [probe])).toEqual([probe])
  expect(hashIn(withProven(proven, 'h1', seen({}), questions))).toBe(sha256)
})

it('another start must prove itself anew', () => {
  for (const other of [{ mainPid: 8 }, { activeEnterMonotonicUs: 2000 }]) {
    const proven: Proven = new Map()
    withProven(proven, 'h1', seen({ exeSha256: sha256 }), questions)
    expect(hashIn(withProven(proven, 'h1', seen(other), questions))).toBeUndefined()
    expect(unprovenOf(proven, 'h1', [probe])).toEqual([probe])
  }
})
