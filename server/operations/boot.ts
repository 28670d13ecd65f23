import type { Instance } from '@/server/domain/instance'
import type { OperationName } from '@/server/domain/plan'
import type { Problem } from '@/server/domain/problem'
import type { Topology } from '@/server/domain/topology/topology'
import { phase, planOf, unitSubject } from './build'
import type { Operation, OperationFacts, OperationInput } from './input'
import { selectable, selected, selectionFlags, selectionProblems, unseenHosts } from './select'
import { startNeeds } from './start'
import { withExporters } from './stop'

/** enable, disable: whether units start when their host boots. Exporters follow where everything of their host is selected, as with TiUP. */
const bootOperation = (name: Extract<OperationName, 'enable' | 'disable'>): Operation => ({
  name,
  needs: (topology) => ({ ...startNeeds(topology), cluster: [] }),
  validate: (topology, facts, input) => problemsOf(name, topology, facts, input),
  plan: (topology, facts, input) => {
    const all = withExporters(topology, selected(topology, input))
    const hosts = [...new Set(all.map(({ hostId }) => hostId))]
    const plan = planOf(name, topology, input, {
      phases: [
        phase(
          `plan.${name}-units`,
          hosts.map((host) => ({
            subject: host,
            login: 'deploy',
            steps: all.filter(({ hostId }) => hostId === host).flatMap((one) => steps(one, name === 'enable')),
          })),
        ),
      ],
      problems: problemsOf(name, topology, facts, input),
      impact: { sources: [], masterOutageS: 0 },
      tiupCommand: `tiup dm ${name} ${input.clusterName}${selectionFlags(input)}`,
      destructive: false,
    })
    return { plan, blobs: [] }
  },
})

export const enable = bootOperation('enable')
export const disable = bootOperation('disable')

const steps = (one: Instance, enabled: boolean) =>
  [
    { subject: unitSubject(one), step: { kind: 'guard', host: one.hostId, asks: { guard: 'unit-known', unit: one.unit } } },
    { subject: unitSubject(one), step: { kind: 'unit-enabled', host: one.hostId, unit: one.unit, enabled } },
  ] as const

const problemsOf = (name: 'enable' | 'disable', topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] => {
  const all = withExporters(topology, selected(topology, input))
  const missing = all.filter((one) => facts.hosts[one.hostId]?.units[one.unit]?.loadState === 'not-found')
  const masters = selectable(topology).filter(({ component }) => component === 'dm-master')
  const unboot = masters.filter((one) => !bootsAfter(name, one, all, facts))
  const lostOnBoot: Problem[] =
    name === 'disable' && unboot.length === masters.length
      ? [{ code: 'boot.no-master', severity: 'warning', params: { masters: masters.length } }]
      : []
  return [
    ...selectionProblems(topology, input),
    ...unseenHosts(all, facts),
    ...missing.map(
      (one): Problem => ({ code: 'start.unit-missing', severity: 'error', params: { host: one.hostId, unit: one.unit, instance: one.id } }),
    ),
    ...lostOnBoot,
  ]
}

const bootsAfter = (name: 'enable' | 'disable', one: Instance, chosen: readonly Instance[], facts: OperationFacts): boolean => {
  if (chosen.some(({ id }) => id === one.id)) return name === 'enable'
  return facts.hosts[one.hostId]?.units[one.unit]?.unitFileState !== 'disabled'
}
