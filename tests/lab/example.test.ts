import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { packageRow } from '@/server/domain/api'
import type { UpgradeView } from '@/server/domain/api-upgrades'
import { type LabHost, labAvailable } from '@/tests/support/lab'
import { standinHotfix } from './build-packages'
import { labVersion, planFor, succeeds } from './connect'
import { buildHotfix } from './hotfix'
import { on } from './on-host'
import { type RunningCluster, startRunningCluster } from './running-cluster'
import { display, verdicts } from './suite-patch'

/** The hotfix document's own: five nodes on one host. */
const example = (hosts: readonly LabHost[]): string => {
  const at = `  - host: ${hosts[0]?.address}`
  return [
    'global: {user: tidb, deploy_dir: /home/tidb/dm/deploy, data_dir: /home/tidb/dm/data}',
    ...['master_servers', 'worker_servers', 'monitoring_servers', 'grafana_servers', 'alertmanager_servers'].flatMap((name) => [
      `${name}:`,
      at,
    ]),
    '',
  ].join('\n')
}

const next = 'v8.5.1'
type PackageRow = z.infer<typeof packageRow>

/** Each test goes on where the one before ended. */
describe.skipIf(!labAvailable().ok)('hotfixes and an upgrade on the document’s example, one lab host', () => {
  let lab: RunningCluster
  beforeAll(async () => {
    lab = await startRunningCluster(example, 1)
  })
  afterAll(() => lab?.panel.stop())

  const both = (what: string) => ({ [`${lab.address(1)}:8261`]: what, [`${lab.address(1)}:8262`]: what })

  it('both hotfixes on the only master and worker, and back: the outage said before, no evict, no pause', async () => {
    const hotfix = await buildHotfix(lab.api, labVersion)
    const { plan, document } = await planFor(lab.api, lab.name, 'patch', { packages: Object.values(hotfix) })
    expect(plan.problems.map(({ code }) => code)).toContain('rolling.masters-out')
    expect(document.impact.masterOutageS).toBeGreaterThan(0)
    expect(JSON.stringify(document)).not.toMatch(/leader-not-here|pauseAfter/)
    await succeeds(lab.api, (await lab.api.run(plan)).id)
    expect(await verdicts(lab)).toEqual(both(`as-noted ${standinHotfix}`))
    expect(await display(lab)).toMatch(/dm-master \(patched\)[\s\S]*dm-worker \(patched\)/)
    await lab.perform('patch', { to: 'former' })
    expect(await verdicts(lab)).toEqual(both(`as-noted ${labVersion}`))
  }, 300_000)

  it('upgraded and made final: packages of the former version and of the hotfix leave the host, and there is no way back', async () => {
    const view = () => lab.api.get<UpgradeView>('/api/clusters/lab/upgrade')
    const target = (await view()).targets.find(({ version }) => version === next)
    const wanted = (target?.missing ?? []).map(({ component, version, os, arch }) => ({ component, version, os, arch }))
    await lab.api.errand('/api/packages/fetch', { location: target?.mirrors[0], wanted }, 240_000)
    /** Of dm-master and dm-worker. */
    const cached = async () => {
      const files = await on(lab.host(1), 'ls', '/var/lib/dm-panel/packages')
      return (await lab.api.get<PackageRow[]>('/api/packages'))
        .filter(({ component, sha256 }) => /^dm-(master|worker)$/.test(component) && files.includes(sha256))
        .map(({ component, version }) => `${component} ${version}`)
        .toSorted()
    }
    const { plan } = await lab.perform('upgrade', { version: next })
    expect(plan.problems.map(({ code }) => code)).toContain('rolling.masters-out')
    expect(await verdicts(lab)).toEqual(both(`as-noted ${next}`))
    expect(await view()).toMatchObject({ version: next, open: { from: labVersion, to: next } })
    expect(await cached()).toEqual(expect.arrayContaining([`dm-master ${labVersion}`, `dm-worker ${labVersion}`, `dm-master ${next}`]))
    await lab.perform('finalise')
    expect(await cached()).toEqual([`dm-master ${next}`, `dm-worker ${next}`])
    expect(await verdicts(lab)).toEqual(both(`as-noted ${next}`))
    expect(await view()).toMatchObject({ version: next, open: null, history: [{ state: 'final' }] })
    expect((await lab.api.plan('lab', 'rollback', {})).problems.map(({ code }) => code)).toContain('rollback.nothing')
  }, 300_000)
})
