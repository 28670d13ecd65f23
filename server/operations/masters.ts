import type { Instance } from '@/server/domain/instance'
import type { Topology } from '@/server/domain/topology/topology'
import { type Draft, waitFor } from './build'
import type { OperationInput } from './input'

/** TiUP's default of `--transfer-timeout`. */
export const transferTimeoutS = (input: OperationInput): number => input.transferTimeoutS ?? 600

const master = (instance: Instance) => ({
  instance: instance.id,
  host: instance.hostId,
  address: instance.host,
  port: instance.ports[0] ?? 0,
})

/** This master gives up leadership and does not campaign: whether it leads or not, so that it can't win just before its stop. */
export const evict = (instance: Instance): Draft => ({ subject: instance.id, step: { kind: 'leader-not-here', ...master(instance) } })

export const cancelEvict = (instance: Instance): Draft => ({
  subject: instance.id,
  step: { kind: 'evict-cancelled', ...master(instance) },
})

/** The others keep their majority; this one does not lead and can't; another one does. Recorded 57: then its stop costs no request. */
export const leaderMoves = (instance: Instance, topology: Topology, input: OperationInput): Draft[] => [
  {
    subject: `quorum-${instance.id}`,
    step: {
      kind: 'guard',
      host: instance.hostId,
      asks: { guard: 'quorum-without', name: instance.name, masters: topology.masters.length },
    },
  },
  evict(instance),
  {
    subject: `leader-${instance.id}`,
    step: {
      kind: 'awaited',
      host: instance.hostId,
      gate: waitFor([{ ask: 'leader-elsewhere', host: instance.hostId, name: instance.name }], transferTimeoutS(input)),
    },
  },
]
