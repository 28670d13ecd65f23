import { readHealth, readLeaderCount, readMembers, readVersion } from '@/server/dm/dm-client'
import { componentSpec } from '@/server/domain/component'
import { type ClusterFacts, type HostFacts, noClusterFacts, noHostFacts } from '@/server/domain/facts'
import { type HostSighting, keptFactsOf } from '@/server/domain/host-seen'
import type { HostId, Instance } from '@/server/domain/instance'
import type { Login } from '@/server/domain/plan'
import type { ClusterProbe, HostProbe } from '@/server/domain/probe'
import { hopsOf, type Reach, reachOf } from '@/server/domain/ssh-client'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { askHost, parseHost } from '@/server/probes/batch'
import { testLogin } from '@/server/remote/test-login'
import { HttpFailed, LinkLost, type Target } from '@/server/remote/transport'
import type { ClusterWithTopology } from '@/server/store/clusters'
import { keepSightings } from '@/server/store/hosts-seen'
import { askTasks } from './ask-tasks'
import type { ErrandRun } from './errand-run'

export type HostLook = { facts: HostFacts; lost?: LinkLost }

/** Everything that was asked of the hosts; a silent host has no facts and says why. At most 8 at once: the transport sees to that. */
export const lookAtHosts = async (
  run: ErrandRun,
  asked: readonly { target: Target; probes: readonly HostProbe[] }[],
): Promise<Record<HostId, HostLook>> => {
  let done = 0
  const looks = await Promise.all(
    asked.map(async ({ target, probes }) => {
      const look = await lookAt(run, target, probes)
      done += 1
      await run.progress({ done, total: asked.length, at: target.host })
      return [target.host, look] as const
    }),
  )
  await keepSightings(
    run.db,
    looks.map(([, { facts, lost }], at) => sightingOf(asked[at]?.target, facts, lost)).filter((one) => one !== undefined),
  )
  return Object.fromEntries(looks)
}

const sightingOf = (target: Target | undefined, facts: HostFacts, lost: LinkLost | undefined): HostSighting | undefined => {
  if (!target) return undefined
  const kept = keptFactsOf(facts)
  return { address: target.address, port: target.port, at: facts.observedAt, error: lost?.code ?? '', ...(kept ? { facts: kept } : {}) }
}

const lookAt = async (run: ErrandRun, target: Target, probes: readonly HostProbe[]): Promise<HostLook> => {
  const observedAt = run.now().toISOString()
  try {
    const { root } = await testLogin(run.transport, target)
    const usable = { ...target, login: { ...target.login, sudo: root === 'none' ? target.login.sudo : root } }
    const argv = askHost(probes)
    const result = await run.transport.run(
      usable,
      { argv, as: root === 'none' ? 'login' : 'root', deadlineMs: 60_000 },
      { signal: run.signal },
    )
    const facts = parseHost(probes, result.stdout, observedAt)
    return { facts: { ...facts, root: root === 'root' ? 'yes' : root === 'none' ? 'no' : 'sudo' } }
  } catch (error) {
    if (error instanceof LinkLost) return { facts: noHostFacts(observedAt), lost: error }
    throw error
  }
}

export const targetOf = (host: { hostId: HostId; sshPort: number }, login: Login, reach: Reach): Target => ({
  host: host.hostId,
  address: host.hostId,
  port: host.sshPort,
  login,
  ...(reach.connectTimeoutS ? { connectTimeoutMs: reach.connectTimeoutS * 1000 } : {}),
  ...(reach.sshClient ? { client: reach.sshClient } : {}),
  ...(reach.jump?.length ? { jump: hopsOf(reach.jump) } : {}),
})

/** As the cluster's settings say. */
export const reachTo = (cluster: ClusterWithTopology): Reach => reachOf({}, cluster, cluster.topology.global.ssh_type)

/** What the planners ask of DM and the monitors, through tunnels from the instances' own hosts. A silent one stays unknown. */
export const lookAtCluster = async (
  run: ErrandRun,
  topology: Topology,
  ask: { login: Login; probes: readonly ClusterProbe[]; reach: Reach },
): Promise<ClusterFacts> => {
  const facts = noClusterFacts(run.now().toISOString())
  const instances = instancesOf(topology)
  const at = (one: Instance) => ({
    target: targetOf(one, ask.login, ask.reach),
    endpoint: { address: one.host, port: one.ports[0] ?? 0 },
  })
  const health: Record<string, ClusterFacts['health'][string]> = {}
  const versions: Record<string, string> = {}
  const up: Record<string, boolean> = {}
  const leaderCounts: Record<string, number> = {}
  for (const probe of ask.probes) {
    const one = 'instance' in probe ? instances.find(({ id }) => id === probe.instance) : undefined
    if (!one) continue
    const { target, endpoint } = at(one)
    await quietly(async () => {
      if (probe.probe === 'health') health[one.id] = await readHealth(run.transport, target, endpoint)
      if (probe.probe === 'version') versions[one.id] = (await readVersion(run.transport, target, endpoint)) ?? ''
      if (probe.probe === 'up') up[one.id] = await isUp(run, target, one)
      if (probe.probe === 'leader-count') {
        const count = await readLeaderCount(run.transport, target, endpoint)
        if (count !== undefined) leaderCounts[one.id] = count
      }
    })
  }
  const members = ask.probes.some(({ probe }) => probe === 'members') ? await lookAtMembers(run, instances, at) : {}
  return { ...facts, ...members, ...(await lookAtTasks(run, topology, ask)), health, versions, up, leaderCounts }
}

/** Tasks, where a planner asks for them and DM runs. */
const lookAtTasks = async (
  run: ErrandRun,
  topology: Topology,
  ask: { login: Login; probes: readonly ClusterProbe[]; reach: Reach },
): Promise<Pick<ClusterFacts, 'tasks' | 'tasksError' | 'sources'>> => {
  const wanted = ask.probes.find((probe) => probe.probe === 'tasks')
  const masters = instancesOf(topology).filter(({ component }) => component === 'dm-master')
  const [first] = masters
  if (wanted?.probe !== 'tasks' || !first) return {}
  const target = targetOf(first, ask.login, ask.reach)
  return askTasks(run, { masters, target, user: topology.global.user, dmctl: wanted.dmctl })
}

const lookAtMembers = async (
  run: ErrandRun,
  instances: readonly Instance[],
  at: (one: Instance) => { target: Target; endpoint: { address: string; port: number } },
): Promise<Pick<ClusterFacts, 'members' | 'membersError'>> => {
  let heard = 'no dm-master answered'
  for (const master of instances.filter(({ component }) => component === 'dm-master')) {
    const { target, endpoint } = at(master)
    try {
      const members = await readMembers(run.transport, target, endpoint)
      if ('error' in members) heard = `${master.id}: ${members.error}`
      else if (members.leader) return { members: { ...members, seenFrom: master.id } }
      else heard = `${master.id}: no leader`
    } catch (error) {
      if (!(error instanceof LinkLost) && !(error instanceof HttpFailed)) throw error
      heard = `${master.id}: ${error.code}`
    }
  }
  return { membersError: heard }
}

const isUp = async (run: ErrandRun, target: Target, one: Instance): Promise<boolean> => {
  const { health } = componentSpec(one.component)
  const path = typeof health === 'object' ? health.httpPath : '/'
  const { status } = await run.transport.http(target, { address: one.host, port: one.ports[0] ?? 0, method: 'GET', path, timeoutMs: 3000 })
  return status >= 200 && status < 300
}

/** A host or port that does not answer leaves the fact unknown. */
const quietly = async (act: () => Promise<void>): Promise<void> => {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof LinkLost) && !(error instanceof HttpFailed)) throw error
  }
}
