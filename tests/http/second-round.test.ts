import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DisplayRow } from '@/server/domain/display'
import { parseTopology } from '@/server/domain/topology/parse'
import { writeStatus } from '@/server/store/cluster-status'
import { createCluster } from '@/server/store/clusters'
import { pinnedKeysOf } from '@/server/store/host-keys'
import { watchedUntil } from '@/server/store/watching'
import { type TestApi, testApi } from '@/tests/support/test-api'

let panel: TestApi
let admin: string
let operator: string
const ed = 'AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS'
const yaml = 'master_servers:\n  - host: 192.0.2.10\nworker_servers:\n  - host: 192.0.2.11\n'

beforeAll(async () => {
  panel = await testApi()
  admin = await panel.token('admin')
  operator = await panel.token('operator')
  const { topology } = parseTopology(yaml)
  if (!topology) throw new Error('not read')
  const cluster = { name: 'c1', lifecycle: 'adopted' as const, version: 'v8.5.0', deployUser: 'tidb', credentialId: 'k' }
  await createCluster(panel.db, { ...cluster, topology, yaml, createdBy: 'a' })
})
afterAll(() => panel.close())

describe('known_hosts', () => {
  it('pins what it names, says what it leaves out, and refuses a key that changed', async () => {
    const text = `192.0.2.1,[192.0.2.2]:2222 ssh-ed25519 ${ed}\n|1|a|b ssh-ed25519 ${ed}\n`
    const answer = await panel.call('POST', '/api/host-keys/known-hosts', { as: operator, body: { text } })
    expect([answer.status, await answer.json()]).toMatchObject([
      200,
      { pinned: 2, problems: [{ code: 'usecases.known-hosts-hashed', line: 2 }] },
    ])
    expect(await pinnedKeysOf(panel.db, '192.0.2.2', 2222)).toMatchObject([{ keyType: 'ssh-ed25519', key: ed }])
    const other = `${ed.slice(0, -4)}AAAA`
    const changed = { text: `192.0.2.1 ssh-ed25519 ${other}\n` }
    expect((await panel.call('POST', '/api/host-keys/known-hosts', { as: operator, body: changed })).status).toBe(409)
    expect(await pinnedKeysOf(panel.db, '192.0.2.1', 22)).toMatchObject([{ key: ed }])
    const mixed = { text: `192.0.2.3 ssh-ed25519 ${ed}\n192.0.2.1 ssh-ed25519 ${other}\n` }
    expect((await panel.call('POST', '/api/host-keys/known-hosts', { as: operator, body: mixed })).status).toBe(409)
    const twice = { text: `192.0.2.3 ssh-ed25519 ${ed}\n192.0.2.3 ssh-ed25519 ${other}\n` }
    expect((await panel.call('POST', '/api/host-keys/known-hosts', { as: operator, body: twice })).status).toBe(409)
    expect(await pinnedKeysOf(panel.db, '192.0.2.3', 22)).toEqual([])
    const none = await panel.call('POST', '/api/host-keys/known-hosts', { as: operator, body: { text: '# nothing' } })
    expect([none.status, await none.json()]).toMatchObject([422, { code: 'usecases.known-hosts-empty' }])
  })

  it('are forgotten by administrators only, on record', async () => {
    const url = '/api/host-keys?address=192.0.2.2&port=2222'
    expect((await panel.call('DELETE', url, { as: operator })).status).toBe(403)
    expect((await panel.call('DELETE', url, { as: admin })).status).toBe(200)
    expect(await pinnedKeysOf(panel.db, '192.0.2.2', 2222)).toEqual([])
    expect(await pinnedKeysOf(panel.db, '192.0.2.1', 22)).toHaveLength(1)
    expect((await panel.call('DELETE', url, { as: admin })).status).toBe(404)
    const records = await panel.db.auditRecord.findMany({ where: { what: 'remove-host-keys' }, orderBy: { at: 'asc' } })
    expect(records.map(({ phase, result }) => [phase, result])).toEqual([
      ['intent', ''],
      ['outcome', 'done'],
      ['intent', ''],
      ['outcome', 'refused: usecases.host-key-unknown'],
    ])
  })
})

describe('the display', () => {
  const status = (at: string) => ({ at, rows: [], leader: at, worst: 'ok' as const, silent: {}, membersError: '' })
  const text = async () => (await panel.call('GET', '/api/clusters/c1/display?format=json', { as: operator })).json()
  /** What the watcher does once somebody looks. */
  const watcher = async (at: string): Promise<void> => {
    while (((await watchedUntil(panel.db, 'c1'))?.getTime() ?? 0) <= Date.now()) await new Promise((resolve) => setTimeout(resolve, 20))
    await writeStatus(panel.db, 'c1', status(at))
  }
  const statusAt = async () => (await panel.db.clusterStatus.findUnique({ where: { cluster: 'c1' } }))?.at.toISOString()

  it('waits for a fresh look when nobody was watching, and keeps the watch', async () => {
    await writeStatus(panel.db, 'c1', status(new Date(Date.now() - 60_000).toISOString()))
    const fresh = new Date().toISOString()
    let answered = false
    const asked = text().then(() => (answered = true))
    await watcher(fresh)
    const before = answered
    await asked
    expect([before, await statusAt()]).toEqual([false, fresh])
    expect((await watchedUntil(panel.db, 'c1'))?.getTime()).toBeGreaterThan(Date.now())
  })

  it('answers with the old one when no fresh one comes, and at once while it is watched', async () => {
    await panel.db.clusterStatus.update({ where: { cluster: 'c1' }, data: { watchUntil: null } })
    await writeStatus(panel.db, 'c1', status(new Date(Date.now() - 60_000).toISOString()))
    const first = Date.now()
    await text()
    const waited = Date.now() - first
    const second = Date.now()
    await text()
    expect(waited).toBeGreaterThan(Date.now() - second)
    expect(waited).toBeGreaterThan(2500)
  })

  it('shows the instances of now: those that left since the last look are gone, those that came are N/A', async () => {
    const seen = { value: 'Healthy', source: 'dm-api', at: null } as const
    const row = (id: string): DisplayRow => ({
      ...{
        id,
        role: 'dm-master',
        patched: false,
        host: id,
        hostId: id,
        ports: '8261/8291',
        osArch: 'linux/x86_64',
        dataDir: '',
        deployDir: '',
      },
      ...{ name: id, status: seen, since: { ...seen, value: null }, source: '', version: seen, unitState: seen, unit: '', pid: 1 },
    })
    const at = new Date().toISOString()
    await writeStatus(panel.db, 'c1', { ...status(at), rows: [row('192.0.2.10:8261'), row('192.0.2.99:8261')] })
    const plain = await panel.call('GET', '/api/clusters/c1/display?format=text', { as: operator })
    const shown = (await plain.text()).split('\n').filter((line) => line.startsWith('192') || line.startsWith('Total'))
    expect(shown.map((line) => line.split(/\s{2,}/)).map(([id, , , , , is]) => [id, is])).toEqual([
      ['192.0.2.10:8261', 'Healthy'],
      ['192.0.2.11:8262', 'N/A'],
      ['Total nodes: 2', undefined],
    ])
  })
})
