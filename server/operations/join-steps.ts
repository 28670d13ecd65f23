import { type ComponentName, componentNames, components } from '@/server/domain/component'
import type { HealthQuestion } from '@/server/domain/health'
import type { Instance } from '@/server/domain/instance'
import type { Topology } from '@/server/domain/topology/topology'
import { type Draft, gateOf, httpQuestion, type LaneDraft, logFiles, type PhaseDraft, phase, unitSubject, waitFor } from './build'
import type { OperationInput } from './input'
import { settledS } from './leave-steps'
import { byComponent, isExporter } from './select'

type Joining = { topology: Topology; input: OperationInput; instances: readonly Instance[]; masters: readonly string[] }

/**
 * Starts the new instances: masters one at a time, each when every member has been alive for a while, for DM takes no other then;
 * workers together; monitors and exporters, which nothing of DM needs. Each is active in the books when it is healthy.
 * `masters`: names of those that are members already.
 */
export const joinPhases = (joining: Joining): PhaseDraft[] => {
  const order = componentNames.toSorted((a, b) => components[a].startOrder - components[b].startOrder)
  return order.map((component) => {
    const own = byComponent(joining.instances, component)
    const lanes = own.map((one, i) =>
      component === 'dm-master' ? masterLane(one, i, own, joining) : joinLane(one, [], questionOf(one), joining),
    )
    const width = component === 'dm-master' ? { width: 1 } : {}
    return phase(`plan.join-${component}`, lanes, { ...width, tolerance: isSide(component) ? lanes.length : 0 })
  })
}

const isSide = (component: ComponentName): boolean => component !== 'dm-master' && component !== 'dm-worker'

const masterLane = (one: Instance, nth: number, own: readonly Instance[], joining: Joining): LaneDraft => {
  const { hostId: host, name, unit, id: instance } = one
  const names = [...joining.masters.filter((each) => each !== name), ...own.slice(0, nth).map((other) => other.name)]
  const size = names.length + 1
  const settled: Draft = {
    subject: `settled-${one.id}`,
    step: {
      kind: 'awaited',
      host,
      gate: waitFor([{ ask: 'masters-settled', host, names, except: [name] }], joining.input.waitTimeoutS ?? 120, settledS * 1000),
    },
  }
  return joinLane(one, [settled], { ask: 'master-ready', instance, name, host, unit, masters: size, running: size }, joining)
}

const questionOf = (one: Instance): HealthQuestion => {
  const { id: instance, hostId: host, name, unit } = one
  return one.component === 'dm-worker' ? { ask: 'worker-ready', instance, name, host, unit } : httpQuestion(one)
}

const joinLane = (one: Instance, before: readonly Draft[], question: HealthQuestion, { input }: Joining): LaneDraft => {
  const { hostId: host, unit, id: instance } = one
  const ports = one.ports.map(
    (port): Draft => ({ subject: `port-${port}`, step: { kind: 'guard', host, asks: { guard: 'port-free-or-ours', port, unit } } }),
  )
  const active: Draft[] = isExporter(one)
    ? []
    : [{ subject: `active-${instance}`, step: { kind: 'recorded', record: { change: 'lifecycle', instance, to: 'active' } } }]
  return {
    subject: instance,
    login: 'deploy',
    instance,
    steps: [
      { subject: unitSubject(one), step: { kind: 'guard', host, asks: { guard: 'unit-known', unit } } },
      ...ports,
      ...before,
      { subject: unitSubject(one), step: { kind: 'unit-running', host, unit, started: 'any', logs: logFiles(one) } },
      { subject: `ready-${instance}`, step: { kind: 'awaited', host, gate: gateOf(question, input) } },
      ...active,
    ],
  }
}
