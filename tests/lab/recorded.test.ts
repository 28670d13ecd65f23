import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClusterRow, JobRow } from '@/server/domain/api'
import type { JobView } from '@/server/domain/job'
import type { Entry } from '@/server/domain/journal'
import { type Plan, stepsOf } from '@/server/domain/plan'
import { type ApiPanel, startApiPanel } from '@/tests/support/api-panel'
import { freshHosts, type LabHost, labAvailable, labSubnet } from '@/tests/support/lab'
import { labMirror } from '@/tests/support/lab-mirror'
import { until } from '@/tests/support/panel'
import { comparable, listRecorded, readRecorded } from '@/tests/templates/recorded-files'
import {
  answer,
  confirmHosts,
  fetchFromMirror,
  type JobDetail,
  jobAfter,
  keepLogins,
  type Logins,
  planFor,
  submitDeploy,
  succeeds,
} from './connect'
import { giveAlertmanagerItsTemplates, listingOf, on } from './on-host'

/** TiUP's own clusters, deployed by the panel through crashes; every file of theirs on the hosts is compared with the recording. */
describe.skipIf(!labAvailable().ok)('recorded clusters on lab hosts', () => {
  let panel: ApiPanel
  let hosts: LabHost[] = []
  let logins: Logins
  let before: string[] = []

  beforeAll(async () => {
    const mirror = await labMirror()
    panel = await startApiPanel({ DM_PANEL_MIRROR_ROOT: path.dirname(mirror.dir) })
    await fetchFromMirror(panel.api, mirror)
    logins = await keepLogins(panel.api)
    hosts = await newHosts()
    before = await Promise.all(hosts.map(listingOf))
  })
  afterAll(() => panel?.stop())

  const newHosts = async (): Promise<LabHost[]> => {
    const made = await freshHosts(5)
    for (const login of [logins.adminSudo, logins.rootKey]) {
      const seen = await confirmHosts(panel.api, made, login)
      expect(seen.map(({ login }) => login)).toEqual(made.map(() => 'ok'))
    }
    await Promise.all(made.slice(0, 1).map(giveAlertmanagerItsTemplates))
    return made
  }
  const viewOf = async (id: string): Promise<JobView> => (await panel.api.get<JobDetail>(`/api/jobs/${id}`)).view
  const journalOf = async (id: string): Promise<Entry[]> => {
    const all: Entry[] = []
    for (;;) {
      const more = await panel.api.get<Entry[]>(`/api/jobs/${id}/journal?after=${all.at(-1)?.seq ?? 0}&limit=5000`)
      if (more.length === 0) return all
      all.push(...more)
    }
  }
  /** Kills the runner when the job has come to where `there` says; starts it again. */
  const crashAt = async (id: string, there: (view: JobView) => boolean): Promise<void> => {
    await until(async () => there(await viewOf(id)), 120_000)
    const { attempt } = await viewOf(id)
    await panel.killRunner()
    panel.startRunner()
    await until(async () => (await viewOf(id)).attempt > attempt, 60_000)
  }
  const doneShare = (plan: Plan, view: JobView): number =>
    Object.values(view.steps).filter(({ state }) => state === 'done' || state === 'already').length / stepsOf(plan).length
  const startsOf = async (unit: string, host: LabHost): Promise<number> =>
    Number(await on(host, 'sh', '-c', 'journalctl -u "$1" -o cat | grep -c "^Started " || true', 'sh', unit))

  it('deploys t2-monitored.yaml; every file, owner and mode is as recorded', async () => {
    const { job } = await submitDeploy(panel.api, 'dm2', {
      topology: onLab(readRecorded('t2-monitored.yaml')),
      credentialId: logins.adminSudo,
    })
    await succeeds(panel.api, job.id)
    await expectRecorded('t2')
    for (const address of ['10.79.0.11', '10.79.0.14']) {
      const at = hosts.find((one) => one.address === onLab(address))
      const found = at && (await on(at, 'sh', '-c', `find /home/tidb/dm -printf '%M %u:%g %p\\n'`))
      expect(made(asRecorded(found ?? ''))).toEqual(made(readRecorded(`trees/t2-${address}.txt`)))
    }
  }, 240_000)

  it('takes back a deploy of which nothing was started', () => removed('dm2'), 120_000)

  it('gives up a deploy that can’t go on, after the runner was killed in it, and removes all that was made', async () => {
    const { plan, job } = await submitDeploy(panel.api, 'dm1', { topology: onLab(readRecorded('t1.yaml')), credentialId: logins.adminSudo })
    const obstacle = '/etc/systemd/system/dm-worker-8262.service'
    await on(host(5), 'mkdir', obstacle)
    await crashAt(job.id, (view) => doneShare(plan, view) > 0.1)
    await crashAt(job.id, (view) => doneShare(plan, view) > 0.4)
    const asked = await jobAfter(panel.api, job.id)
    expect(asked).toMatchObject({ state: 'waiting', view: { question: { about: 'step-failed' } } })
    await answer(panel.api, asked, 'give-up')
    await panel.api.jobIn(job.id, ['failed'])
    await on(host(5), 'rmdir', obstacle)
    await removed('dm1')
  }, 300_000)

  const removed = async (name: string): Promise<void> => {
    const { plan } = await planFor(panel.api, name, 'remove-deploy')
    await succeeds(panel.api, (await panel.api.run(plan)).id)
    const after = await Promise.all(hosts.map(listingOf))
    for (const [i, text] of after.entries()) expect(text.split('\n')).toEqual(before[i]?.split('\n'))
    expect((await panel.api.get<ClusterRow[]>('/api/clusters')).map((row) => row.name)).not.toContain(name)
  }

  it('deploys t1.yaml, though the runner is killed in an upload and between steps; every file is as recorded', async () => {
    const { plan, job } = await submitDeploy(panel.api, 'dm1', { topology: onLab(readRecorded('t1.yaml')), credentialId: logins.rootKey })
    await crashAt(job.id, isUploading(plan))
    await crashAt(job.id, (view) => doneShare(plan, view) > 0.6)
    await resumedAndDone(job.id, 3)
    await expectRecorded('t1')
  }, 300_000)

  it('starts it, though the runner is killed meanwhile; no unit is started twice', async () => {
    const { plan, document } = await planFor(panel.api, 'dm1', 'start')
    const job = await panel.api.run(plan)
    await crashAt(job.id, (view) =>
      stepsOf(document).some(({ id, kind }) => kind === 'unit-running' && view.steps[id]?.state !== 'pending'),
    )
    await crashAt(job.id, (view) => doneShare(document, view) > 0.6)
    await resumedAndDone(job.id, 3)
    const units = stepsOf(document).flatMap((step) => (step.kind === 'unit-running' ? [step] : []))
    expect(units).toHaveLength(8)
    for (const { unit, host: address } of units) {
      const at = hosts.find((one) => one.address === address)
      expect([unit, at && (await startsOf(unit, at))]).toEqual([unit, 1])
    }
  }, 240_000)

  const host = (index: number): LabHost => {
    const found = hosts[index - 1]
    if (!found) throw new Error(`no host ${index}`)
    return found
  }

  /** The job has succeeded, in this attempt, and no step was done twice. */
  const resumedAndDone = async (id: string, attempt: number): Promise<void> => {
    await succeeds(panel.api, id)
    expect((await viewOf(id)).attempt).toBe(attempt)
    const done = (await journalOf(id)).flatMap((entry) => (entry.kind === 'done' ? [entry.step] : []))
    expect(new Set(done).size).toBe(done.length)
    expect(await panel.api.get<JobRow>(`/api/jobs/${id}`)).toMatchObject({ state: 'succeeded' })
  }

  const expectRecorded = async (dir: string): Promise<void> => {
    const files = listRecorded(dir)
    expect(files.length).toBeGreaterThan(10)
    for (const file of files) {
      const [address = '', ...rest] = file.split('/')
      const at = hosts.find((one) => one.address === onLab(address))
      if (!at) throw new Error(`no host for ${address}`)
      expect(comparable(file, await on(at, 'cat', `/${rest.join('/')}`)), file).toBe(onLab(readRecorded(`${dir}/${file}`)))
    }
  }
})

/** The recordings' addresses are the lab's, but for their network. */
const onLab = (text: string): string => text.replaceAll('10.79.0.', `${labSubnet}.`)

const isUploading =
  (plan: Plan) =>
  (view: JobView): boolean =>
    stepsOf(plan).some(({ id, kind }) => {
      const { state, progress } = view.steps[id] ?? {}
      return kind === 'package-cached' && state === 'running' && progress !== undefined && progress.doneBytes < progress.totalBytes
    })

/** Our listing without the two lines that differ on purpose. */
const asRecorded = (listing: string): string =>
  listing
    // It holds a password that is no default one: only the deploy user reads it.
    .replace(/^-rw-------( tidb:tidb \S+\/grafana-3000\/conf\/grafana\.ini)$/m, '-rw-r--r--$1')
    // TiUP copies the rules that dm-master's package brings; the recorded package brought none.
    .replace(/^\S+ tidb:tidb \S+\/prometheus-9090\/conf\/dm_worker\.rules\.yml\n/m, '')

/** Lines of a listing of the deployed folders, without what running programs wrote and what a package brings. */
const made = (listing: string): string[] =>
  listing
    .split('\n')
    .map((line) => line.replace(/^(\S+ tidb:tidb )\d+ (?=\/)/, '$1'))
    .filter(
      (line) => / \/home\/tidb\/dm/.test(line) && !/ \/home\/tidb\/dm\/(data\/[^/]+|deploy\/[^/]+\/(log|bin|dashboards))\//.test(line),
    )
    .toSorted()
