import { describe, expect, it } from 'vitest'
import type { PackageRow } from '@/server/domain/api'
import { isDay, mixedAfter, patchable, withPackage } from './choice'

const row = (sha256: string, component: string, arch: string, origin: PackageRow['origin'], createdAt = '2026-01-01'): PackageRow => ({
  ...{ sha256, component, version: 'v8.5.0', os: 'linux', arch, sizeBytes: 1, entry: '', origin, originDetail: '' },
  ...{ ticket: '', release: '', createdBy: '', createdAt, usedBy: [] },
})
const store = [
  row('a', 'dm-worker', 'amd64', 'mirror'),
  row('b', 'dm-worker', 'amd64', 'hotfix'),
  row('c', 'dm-worker', 'arm64', 'hotfix'),
  row('d', 'dm-master', 'amd64', 'hotfix'),
  row('e', 'dmctl', 'amd64', 'mirror'),
]
const of = (sha256: string): PackageRow => store.find((one) => one.sha256 === sha256) ?? row('', '', '', 'upload')

describe('packages of a patch', () => {
  it('are those that the cluster can run, hotfixes first, masters before workers', () => {
    expect(patchable(store, [{ role: 'dm-worker' }, { role: 'dm-master' }]).map(({ sha256 }) => sha256)).toEqual(['d', 'b', 'c', 'a'])
    expect(patchable(store, [{ role: 'dm-worker' }]).map(({ sha256 }) => sha256)).toEqual(['b', 'c', 'a'])
  })

  it('are one per component and platform: another one takes its place', () => {
    let chosen = withPackage([], of('a'), store)
    chosen = withPackage(chosen, of('d'), store)
    chosen = withPackage(chosen, of('c'), store)
    expect(chosen).toEqual(['a', 'd', 'c'])
    expect(withPackage(chosen, of('b'), store)).toEqual(['d', 'c', 'b'])
    expect(withPackage(chosen, of('d'), store)).toEqual(['a', 'c'])
  })
})

describe('what a patch leaves', () => {
  it('names the roles that run two programs', () => {
    const rows = ['w1', 'w2', 'm1'].map((id) => ({ id, role: id.startsWith('w') ? 'dm-worker' : 'dm-master' }))
    expect(mixedAfter(rows, rows)).toEqual([])
    expect(mixedAfter(rows, rows.slice(0, 1))).toEqual([{ role: 'dm-worker', left: ['w2'] }])
  })

  it('takes a day that is one and is not over', () => {
    expect(isDay('2026-12-31', '2026-11-21')).toBe(true)
    expect(isDay('2026-11-21', '2026-11-21')).toBe(true)
    expect(isDay('2026-11-20', '2026-11-21')).toBe(false)
    expect(isDay('2026-02-30', '2026-01-01')).toBe(false)
    expect(isDay('soon', '2026-01-01')).toBe(false)
  })
})
