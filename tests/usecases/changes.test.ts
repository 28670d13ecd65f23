import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChangesView } from '@/server/domain/api-changes'
import { withDefaults } from '@/server/domain/topology/topology'
import { noteDue } from '@/server/errands/note-due'
import { appendAudit } from '@/server/store/audit'
import { createCluster } from '@/server/store/clusters'
import { type TestApi, testApi } from '@/tests/support/test-api'

let panel: TestApi
beforeAll(async () => {
  panel = await testApi()
  const topology = withDefaults({ master_servers: [{ host: '192.0.2.1' }] })
  const common = { lifecycle: 'adopted' as const, version: 'v8.5.0', deployUser: 'tidb', credentialId: 'k', yaml: '', createdBy: 'ann' }
  await createCluster(panel.db, { ...common, name: 'prod', topology })
  await createCluster(panel.db, { ...common, name: 'other', topology: withDefaults({ master_servers: [{ host: '192.0.2.10' }] }) })
})
afterAll(() => panel.close())

const now = new Date()
const hoursAgo = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000)
const act = (what: string, at: Date, more: { cluster?: string; targets?: string[]; result?: string; phase?: 'intent' | 'outcome' } = {}) =>
  appendAudit(
    panel.db,
    { phase: 'outcome', act: `${what} ${at.getTime()}`, actor: 'ann', from: '', what, command: what, result: 'done', ...more },
    at,
  )

describe('what changed of a cluster', () => {
  it('is its jobs, revisions, settings and host keys of that time; no reading, nothing refused, nothing of others', async () => {
    const job = { id: 'j', planId: 'p', clusterName: 'prod', operation: 'stop', state: 'failed', startedBy: 'bob', createdAt: hoursAgo(2) }
    await panel.db.plan.create({ data: { id: 'p', clusterName: 'prod', operation: 'stop', state: 'submitted', input: '{}', askedBy: 'u' } })
    await panel.db.job.create({ data: { ...job, number: 7 } })
    await act('change-settings', hoursAgo(3), { cluster: 'prod' })
    await act('change-settings', hoursAgo(30), { cluster: 'prod' })
    await act('change-settings', hoursAgo(4), { cluster: 'prod', result: 'refused: x' })
    await act('export-cluster', hoursAgo(5), { cluster: 'prod' })
    await act('change-settings', hoursAgo(5), { cluster: 'other' })
    await act('replace-host-keys', hoursAgo(6), { targets: ['192.0.2.1:22 ssh-ed25519 SHA256:x'] })
    await act('replace-host-keys', hoursAgo(7), { targets: ['192.0.2.10:22 ssh-ed25519 SHA256:y'] })
    const read = async (query = '') => {
      const answer = await panel.call('GET', `/api/clusters/prod/changes${query}`, { as: await panel.token('viewer') })
      return ((await answer.json()) as ChangesView).changes.map(({ kind, what, by }) => `${kind} ${what} ${by}`) // its route documents it
    }
    expect(await read()).toEqual(['revision adopt ann', 'job stop bob', 'act change-settings ann', 'host-key replace-host-keys ann'])
    expect(await read('?hours=48')).toHaveLength(5)
    expect((await panel.call('GET', '/api/clusters/none/changes', { as: await panel.token('viewer') })).status).toBe(404)
  })

  it('that falls due is noted once: a hotfix before its day and after it, an upgrade left open', async () => {
    const row = { cluster: 'prod', instance: '192.0.2.1:8261', entrySha256: 'e', kind: 'patch', since: hoursAgo(100) }
    const day = (days: number) => new Date(now.getTime() + days * 86_400_000).toISOString().slice(0, 10)
    await panel.db.ledger.create({ data: { ...row, id: 'a', packageSha256: 'a'.repeat(64), due: day(2), ticket: 'DM-1' } })
    await panel.db.ledger.create({ data: { ...row, id: 'b', packageSha256: 'b'.repeat(64), due: day(9) } })
    const upgrade = { id: 'u', cluster: 'prod', from: 'v8.1.0', to: 'v8.5.0', jobIds: '[]', state: 'open', by: 'ann', at: hoursAgo(8 * 24) }
    await panel.db.clusterUpgrade.create({ data: upgrade })
    const keys = async () =>
      (await panel.db.happening.findMany({ orderBy: { key: 'asc' } })).map(({ key }) => key.replace(/([ab])\1+/, '$1'))
    await noteDue(panel.db, now)
    await noteDue(panel.db, now)
    expect(await keys()).toEqual([`hotfix:prod:a:${day(2)}:soon`, 'upgrade:u'])
    await noteDue(panel.db, new Date(now.getTime() + 3 * 86_400_000))
    expect(await keys()).toEqual([`hotfix:prod:a:${day(2)}:overdue`, `hotfix:prod:a:${day(2)}:soon`, 'upgrade:u'])
  })
})
