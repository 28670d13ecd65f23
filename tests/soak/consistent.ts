import { z } from 'zod'
import type { WorldState } from '@/server/sim/state'
import { until } from '../support/panel'
import { cluster, type Ground, type Row } from './ground'

const memberList = z.object({
  members: z.array(
    z.object({
      leader: z.object({ name: z.string() }).optional(),
      master: z.object({ masters: z.array(z.object({ name: z.string(), alive: z.boolean() })).nullish() }).optional(),
      worker: z.object({ workers: z.array(z.object({ name: z.string(), stage: z.string(), source: z.string() })).nullish() }).optional(),
    }),
  ),
})
type Members = { leader: string; masters: Record<string, boolean>; workers: Record<string, { stage: string; source: string }> }

const sourceCount = 3

/** Asks a master for DM's own API past the panel; undefined while it does not answer. */
export const askDm = async (
  { hosts, sim }: Ground,
  rows: readonly Row[],
  ask: { method: 'GET' | 'PUT'; path: string; body?: string },
): Promise<string | undefined> => {
  for (const { host, ports } of rows.filter(({ role }) => role === 'dm-master')) {
    const target = {
      ...{ host, address: host, port: sim.hosts[0]?.port ?? 22 },
      login: { user: 'root', credentialId: 'root', sudo: 'root' as const },
    }
    const request = { address: host, port: Number(ports.split('/')[0]), timeoutMs: 5000, ...ask }
    const answer = await hosts.http(target, request).catch(() => undefined)
    if (answer?.status === 200) return answer.body
  }
  return undefined
}

const membersOf = async (ground: Ground, rows: readonly Row[]): Promise<Members | undefined> => {
  const text = await askDm(ground, rows, { method: 'GET', path: '/apis/v1alpha1/members' })
  if (text === undefined) return undefined
  const { members } = memberList.parse(JSON.parse(text))
  return {
    leader: members.find(({ leader }) => leader)?.leader?.name ?? '',
    masters: Object.fromEntries(members.flatMap(({ master }) => master?.masters ?? []).map(({ name, alive }) => [name, alive])),
    workers: Object.fromEntries(members.flatMap(({ worker }) => worker?.workers ?? []).map(({ name, ...one }) => [name, one])),
  }
}

/** Upstream sources for the workers to serve. */
export const makeSources = async (ground: Ground): Promise<void> => {
  const rows = await ground.rows()
  for (let n = 1; n <= sourceCount; n++) {
    const config = `source-id: mysql-0${n}\nfrom: {host: 127.0.0.1, port: 3306, user: root, password: ""}\n`
    const said = await askDm(ground, rows, {
      method: 'PUT',
      path: '/apis/v1alpha1/sources',
      body: JSON.stringify({ op: 1, config: [config] }),
    })
    if (!/"result":\s*true/.test(said ?? '')) throw new Error(`source mysql-0${n}: ${said}`)
  }
}

const dmUnit = /^dm-(master|worker)-\d+\.service$/
const nameOf = ({ name, id }: Row): string => name || id

/** What is wrong on the hosts of a cluster all of whose instances should run. */
const wrongNow = async (ground: Ground): Promise<string[]> => {
  const rows = await ground.rows()
  const dm = rows.filter(({ role }) => role === 'dm-master' || role === 'dm-worker')
  const world = ground.world()
  const wanted = new Set(dm.map(({ host, unit }) => `${host} ${unit}`))
  const units = world.machines.flatMap(({ address, units }) =>
    Object.entries(units)
      .filter(([unit]) => dmUnit.test(unit))
      .map(([unit, { active }]) => ({ at: `${address} ${unit}`, active })),
  )
  const active = new Set(units.filter((one) => one.active === 'active').map(({ at }) => at))
  const members = await membersOf(ground, rows)
  if (!members) return ['no master answers']
  const bound = Object.values(members.workers).filter(({ source }) => source !== '').length
  const names = (role: string): string[] =>
    dm
      .filter((row) => row.role === role)
      .map(nameOf)
      .sort()
  const differ = (what: string, is: readonly string[], should: readonly string[]): string[] =>
    is.join() === should.join() ? [] : [`${what}: ${is.join(' ')} instead of ${should.join(' ')}`]
  return [
    ...[...wanted].filter((at) => !active.has(at)).map((at) => `${at} does not run`),
    ...units.filter(({ at }) => !wanted.has(at)).map(({ at }) => `${at} is of no instance`),
    ...differ('members', Object.keys(members.masters).sort(), names('dm-master')),
    ...differ('workers', Object.keys(members.workers).sort(), names('dm-worker')),
    ...Object.entries(members.masters)
      .filter(([, alive]) => !alive)
      .map(([name]) => `${name} is not alive`),
    ...(members.leader === '' ? ['nobody leads'] : []),
    ...(bound === Math.min(sourceCount, names('dm-worker').length) ? [] : [`${bound} of ${sourceCount} sources are bound`]),
    ...dm.filter(({ status }) => !/^(Healthy|Free|Bound|Relay)/.test(status.value)).map((row) => `${row.id} shows ${row.status.value}`),
  ]
}

/** Throws what is wrong unless all comes right within two minutes: leases and elections have their time. */
export const comesRight = async (ground: Ground): Promise<void> => {
  let wrong: string[] = []
  await until(async () => {
    wrong = await wrongNow(ground)
    return wrong.length === 0
  }, 120_000).catch(() => {
    throw new Error(`the cluster does not come right:\n  ${wrong.join('\n  ')}`)
  })
}

/** Throws unless the chain of the audit is whole. */
export const auditIsSound = async ({ api }: Ground): Promise<void> => {
  const { findings } = await api.errand<{ findings: unknown[] }>('/api/audit/verify', {})
  if (findings.length > 0) throw new Error(`the audit: ${JSON.stringify(findings)}`)
}

/** Throws where a job still holds the cluster. */
export const nothingRuns = async ({ detail }: Ground): Promise<void> => {
  const { runningJob, joining, leaving } = await detail()
  const left = [
    runningJob && `job ${runningJob.number}`,
    ...joining.map((id) => `${id} joins`),
    ...leaving.map((id) => `${id} leaves`),
  ].filter(Boolean)
  if (left.length > 0) throw new Error(`not over: ${left.join(', ')}`)
}

/** All that lies on the hosts: paths, accounts, units. */
export const traceOf = ({ machines }: WorldState): string[] =>
  machines
    .flatMap(({ address, nodes, users, units }) =>
      [...Object.keys(nodes), ...Object.keys(users).map((user) => `user ${user}`), ...Object.keys(units)].map((one) => `${address} ${one}`),
    )
    .sort()

/** Destroys the cluster; throws what it left. */
export const leavesNothing = async (
  ground: Ground,
  before: readonly string[],
  run: (operation: string, input: unknown) => Promise<void>,
): Promise<void> => {
  await run('destroy', { credentialId: ground.sim.credentialId })
  const known = new Set(before)
  let left: string[] = []
  await until(() => {
    left = traceOf(ground.world()).filter((one) => !known.has(one))
    return left.length === 0
  }, 10_000).catch(() => {
    throw new Error(`${cluster} left:\n  ${left.slice(0, 40).join('\n  ')}`)
  })
}
