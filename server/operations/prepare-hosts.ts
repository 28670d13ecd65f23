import type { HostId, Instance } from '@/server/domain/instance'
import type { Topology } from '@/server/domain/topology/topology'
import { blobOf, type Draft, refOf } from './build'
import { wantedBytes } from './deploy-packages'
import { globalDirectories, groupOn } from './deploy-paths'
import type { OperationFacts, OperationInput, PlannedBlob } from './input'

/** What parts of plans that install something are made of. */
export type BuildContext = {
  topology: Topology
  facts: OperationFacts
  input: OperationInput
  /** Keeps a text for the store; answers with the one that is kept. */
  keep: (blob: PlannedBlob) => PlannedBlob
  /** Those that are installed; the topology may have others. */
  instances: readonly Instance[]
}

/** The account of the deploy user with sudo and key, and the cluster's own folders. */
export const prepareSteps = (host: HostId, context: BuildContext): Draft[] => {
  const { topology, facts, input } = context
  const user = topology.global.user
  const group = groupOn(topology, facts.hosts[host])
  return [
    ...accountSteps(host, group, context),
    ...(input.publicKey ? [{ subject: user, step: { kind: 'authorized-key', host, user, key: input.publicKey } as const }] : []),
    ...globalDirectories(topology)
      .filter((path) => mayOwn(path, user, facts, host))
      .map((path) => directoryStep(host, path, user, group)),
  ]
}

/** A folder that exists and is another's is left as it is, as TiUP leaves it; what lies in it is made by root. */
const mayOwn = (path: string, user: string, facts: OperationFacts, host: HostId): boolean => {
  const fact = facts.hosts[host]?.paths[path]
  return !fact?.exists || fact.owner === user
}

/** What must hold on a host before anything is installed on it, whenever it is asked. */
export const hostGuards = (host: HostId, { topology, input, instances: all }: BuildContext): Draft[] => {
  const instances = all.filter((one) => one.hostId === host)
  const [first] = instances
  const platform = first && first.os !== '' && first.arch !== '' ? [{ guard: 'platform', os: first.os, arch: first.arch } as const] : []
  const disk = first ? [{ guard: 'disk-free', path: first.deployDir, bytes: wantedBytes(instances, topology, input) } as const] : []
  const ports = instances.flatMap((one) => one.ports.map((port) => ({ guard: 'port-free-or-ours', port, unit: one.unit }) as const))
  return [{ guard: 'root' } as const, { guard: 'systemd' } as const, ...platform, ...disk, ...ports].map((asks) => ({
    subject: 'port' in asks ? `port-${asks.port}` : asks.guard,
    step: { kind: 'guard', host, asks },
  }))
}

/** The login user that is the deploy user exists already; TiUP leaves its sudo alone too, but sudo with a password is of no use to a unit's owner. */
const accountSteps = (host: HostId, group: string, { topology, input, keep }: BuildContext): Draft[] => {
  const user = topology.global.user
  if (user === 'root' || (input.given?.user === user && input.given.sudo !== 'password')) return []
  const sudoers = keep(blobOf([{ text: `${user} ALL=(ALL) NOPASSWD:ALL\n` }]))
  const present: Draft[] = input.given?.user === user ? [] : [{ subject: user, step: { kind: 'user-present', host, user, group } }]
  const path = `/etc/sudoers.d/${user}`
  const check = ['/usr/sbin/visudo', '-cf', '{staged}']
  return [
    ...present,
    { subject: path, step: { kind: 'file', host, path, content: refOf(sudoers), mode: '0440', owner: 'root', group: 'root', check } },
  ]
}

export const directoryStep = (host: HostId, path: string, owner: string, group: string): Draft => ({
  subject: path,
  step: { kind: 'directory', host, path, mode: '0755', owner, group },
})
