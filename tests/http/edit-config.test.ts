import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { EditCheck, EditSaved, RevisionsView, RevisionText } from '@/server/domain/api-config'
import { parseTopology } from '@/server/domain/topology/parse'
import { withSecretMarks } from '@/server/domain/topology/typed-secrets'
import { runnerKey } from '@/server/runner-key'
import { createCluster } from '@/server/store/clusters'
import { sealedOf } from '@/server/store/credentials'
import { writeSetting } from '@/server/store/settings'
import { type TestApi, testApi } from '@/tests/support/test-api'

let panel: TestApi
let operator: string
let viewer: string
const key = runnerKey(Buffer.alloc(32, 5))
const secret = 'canary-grafana-4411'
const yaml = `global: {deploy_dir: /dm, data_dir: /dm-data}
master_servers:
  - host: 192.0.2.10
worker_servers:
  - host: 192.0.2.11
monitoring_servers:
  - host: 192.0.2.10
grafana_servers:
  - host: 192.0.2.10
`
beforeAll(async () => {
  panel = await testApi()
  ;[operator, viewer] = [await panel.token('operator'), await panel.token('viewer')]
  await writeSetting(panel.db, 'secrets.public-key', key.publicKey)
  const texts = { c1: yaml, old: yaml.replaceAll('192.0.2', '198.51.100') }
  for (const [name, lifecycle] of [
    ['c1', 'deploying'],
    ['old', 'adopted'],
  ] as const) {
    const { topology } = parseTopology(texts[name])
    if (!topology) throw new Error('not read')
    const rest = { version: 'v8.5.0', deployUser: 'tidb', credentialId: 'k', createdBy: 'a', yaml: texts[name] }
    await createCluster(panel.db, { name, lifecycle, topology: withSecretMarks(topology, name).topology, ...rest })
  }
  await panel.db.cluster.update({ where: { name: 'c1' }, data: { lifecycle: 'deployed' } })
})
afterAll(() => panel.close())

const call = async <T>(method: string, path: string, body?: unknown, as = operator): Promise<{ status: number; said: T; text: string }> => {
  const answer = await panel.call(method, `/api/clusters/${path}`, { as, ...(body === undefined ? {} : { body }) })
  const text = await answer.text()
  return { status: answer.status, said: JSON.parse(text) as T, text } // shapes are those of domain/api-config.ts
}

describe('edit-config over the API', () => {
  it('a viewer sees what an edit would change, and may not save it', async () => {
    const edited = yaml.replace('host: 192.0.2.11', 'host: 192.0.2.11\n    config: {keepalive-ttl: 30}')
    const { status, said } = await call<EditCheck>('POST', 'c1/edit-config/check', { yaml: edited, base: 1 }, viewer)
    expect(status).toBe(200)
    expect(said.changes.map(({ instance, path, change }) => [instance, path, change])).toEqual([
      ['192.0.2.11:8262', '/dm/dm-worker-8262/conf/dm-worker.toml', 'changed'],
    ])
    expect(said.changes[0]?.after).toContain('keepalive-ttl = 30')
    expect((await call('POST', 'c1/edit-config', { yaml: edited, base: 1, reason: 'r' }, viewer)).status).toBe(403)
  })

  it('a password reaches the runner, and no answer, revision, file or audit record', async () => {
    const edited = `${yaml}    password: ${secret}\n`
    const checked = await call<EditCheck>('POST', 'c1/edit-config/check', { yaml: edited, base: 1 })
    expect(checked.said.changes.map(({ path, secret: hidden }) => [path, hidden])).toEqual([['/dm/grafana-3000/conf/grafana.ini', false]])
    const { status, said, text } = await call<EditSaved>('POST', 'c1/edit-config', { yaml: edited, base: 1, reason: 'new password' })
    expect([status, said.revision, said.unapplied.map(({ instance }) => instance)]).toEqual([200, 2, ['192.0.2.10:3000']])
    const one = await call<RevisionText>('GET', 'c1/revisions/2', undefined, viewer)
    expect(one.said.yaml).toContain('password: "******"')
    const list = await call<RevisionsView>('GET', 'c1/revisions', undefined, viewer)
    expect(list.said.revisions.map(({ revision, kind, reason }) => `${revision} ${kind} ${reason}`)).toEqual([
      '2 edit-config new password',
      '1 deploy deploying',
    ])
    const audit = await (await panel.call('GET', '/api/audit', { as: operator })).text()
    expect(audit).toContain('tiup dm edit-config c1')
    for (const heard of [checked.text, text, one.text, list.text, audit, JSON.stringify(await panel.db.clusterRevision.findMany())])
      expect(heard).not.toContain(secret)
    expect(key.openSealed((await sealedOf(panel.db, 'grafana:c1:192.0.2.10:3000')) ?? '', 'grafana:c1:192.0.2.10:3000')).toContain(secret)
    // Typed once more as it is shown, it stays what it was.
    const kept = await call<EditSaved>('POST', 'c1/edit-config', { yaml: `# why\n${one.said.yaml}`, base: 2, reason: 'a comment' })
    expect([kept.status, kept.said.revision]).toEqual([200, 3])
    expect(key.openSealed((await sealedOf(panel.db, 'grafana:c1:192.0.2.10:3000')) ?? '', 'grafana:c1:192.0.2.10:3000')).toContain(secret)
  })

  it('an outdated base is refused with what changed; an adopted cluster, an unknown one and a bad request too', async () => {
    const refused = async (path: string, body: unknown) => {
      const { status, said } = await call<{ code: string; message: string; problems: { code: string; params: unknown }[] }>(
        'POST',
        `${path}/edit-config`,
        body,
      )
      return { status, code: said.code, problems: said.problems }
    }
    const stale = await refused('c1', { yaml: `${yaml}# x\n`, base: 1, reason: 'r' })
    expect([stale.status, stale.code]).toEqual([409, 'edit.stale'])
    expect(stale.problems.map(({ params }) => params)).toMatchObject([
      { revision: 3, reason: 'a comment' },
      { revision: 2, reason: 'new password' },
    ])
    expect(await refused('old', { yaml: `${yaml}# x\n`, base: 1, reason: 'r' })).toMatchObject({
      status: 409,
      code: 'usecases.adopted-read-only',
    })
    expect(await refused('none', { yaml, base: 1, reason: 'r' })).toMatchObject({ status: 404 })
    expect(await refused('c1', { yaml, base: 3, reason: ' ' })).toMatchObject({ status: 400 })
    expect(await refused('c1', { yaml, revert: 1, base: 3, reason: 'r' })).toMatchObject({ status: 400 })
    expect(await refused('c1', { revert: 9, base: 3, reason: 'r' })).toMatchObject({ status: 404, code: 'edit.revision-unknown' })
  })
})
