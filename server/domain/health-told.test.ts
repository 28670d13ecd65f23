import { describe, expect, it } from 'vitest'
import type { ClusterStatus, DisplayRow } from './display'
import { type HealthNews, type HealthTold, tellHealth } from './health-told'

const row = (id: string, role: DisplayRow['role'], status: string, unit = 'active (running)', why?: string): DisplayRow => ({
  ...{ id, role, patched: false, host: id.split(':')[0] ?? '', hostId: id.split(':')[0] ?? '', ports: '', osArch: '' },
  status: { value: status, source: 'dm-api', at: null, ...(why && { why }) },
  since: { value: null, source: 'none', at: null },
  ...{ dataDir: '', deployDir: '', name: id, source: '', unit: '', pid: 1 },
  version: { value: '', source: 'none', at: null },
  unitState: { value: unit, source: 'systemd', at: null },
})
const healthy = [row('a:1', 'dm-master', 'Healthy|L'), row('b:1', 'dm-master', 'Healthy'), row('c:2', 'dm-worker', 'Bound')]

type Look = { rows?: DisplayRow[]; leader?: string; silent?: Record<string, string>; busy?: boolean; stopped?: boolean }

/** What is told over readings 20 s apart, the first of which is the beginning. */
const told = (...looks: Look[]): string[][] => {
  let before: HealthTold | undefined
  return looks.map((look, i) => {
    const at = new Date(Date.UTC(2026, 0, 1) + i * 20_000).toISOString()
    const status: ClusterStatus = {
      ...{ at, rows: look.rows ?? healthy, leader: look.leader ?? 'a', worst: 'ok', silent: look.silent ?? {}, membersError: '' },
    }
    const result = tellHealth(before, { status, busy: look.busy ?? false, stopped: look.stopped ?? false })
    before = result.told
    return result.news.map(({ event, subject }: HealthNews) => `${event} ${subject}`)
  })
}
const workerDown = { rows: [...healthy.slice(0, 2), row('c:2', 'dm-worker', 'Offline', 'failed (Result: signal)')] }
const workerStopped = { rows: [...healthy.slice(0, 2), row('c:2', 'dm-worker', 'Offline', 'inactive (dead)')] }

describe('what is told of a cluster’s health', () => {
  it('is a node that stays down, once, and that it is up again', () => {
    expect(told({}, workerDown, workerDown, workerDown, {}, {}, {})).toEqual([
      ...[[], [], ['node-down c:2'], []],
      ...[[], ['node-up c:2'], []],
    ])
  })

  it('is nothing of a moment', () => {
    expect(told({}, workerDown, {}, workerDown, {}).flat()).toEqual([])
  })

  it('is nothing that a job does, but what its end leaves down', () => {
    const busy = { busy: true }
    expect(told({}, { ...workerStopped, ...busy }, { ...workerStopped, ...busy }, workerStopped, workerStopped, {}, {}).flat()).toEqual([])
    expect(told({}, { ...workerDown, ...busy }, { ...workerDown, ...busy }, workerDown).flat()).toEqual(['node-down c:2'])
  })

  it('is an instance that somebody stopped past the panel, but none that the panel stopped', () => {
    expect(told({}, workerStopped, workerStopped).flat()).toEqual(['node-down c:2'])
    expect(told({}, { ...workerStopped, stopped: true }, { ...workerStopped, stopped: true }).flat()).toEqual([])
  })

  it('is a silent host once, and nothing of its instances', () => {
    const silent = { silent: { c: 'timeout' } }
    expect(told({}, silent, silent, silent, {}, {}).flat()).toEqual(['node-down host:c', 'node-up host:c'])
  })

  it('is the leader, not each master that knows none', () => {
    const rows = [
      row('a:1', 'dm-master', 'Down', 'active (running)', 'no leader'),
      row('b:1', 'dm-master', 'Down', 'active (running)', 'no'),
    ]
    const none = { rows: [...rows, row('c:2', 'dm-worker', 'N/A')], leader: '' }
    expect(told({}, none, none, none, {}, {}).flat()).toEqual(['leader-lost leader', 'leader-back leader'])
    expect(told({}, { ...none, busy: true }, { ...none, busy: true }, {}).flat()).toEqual([])
  })

  it('begins with nothing, whatever is down', () => {
    expect(told(workerDown, workerDown, workerDown).flat()).toEqual([])
  })
})
