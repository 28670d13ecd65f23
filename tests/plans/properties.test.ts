import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Plan, stepsOf } from '@/server/domain/plan'
import { operations } from '@/server/operations/operation-map'
import { kindOf } from '@/server/steps/kinds'
import { fresh, inputFor, later, running, topologyOf } from './world'

const hosts = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6', '10.0.0.7']
const some = (max: number, min = 0) => fc.uniqueArray(fc.constantFrom(...hosts), { minLength: min, maxLength: max })
const topologies = fc
  .record({
    masters: some(5, 1),
    workers: some(4),
    prometheus: some(2, 1),
    grafana: some(2),
    alertmanagers: some(2),
    monitored: fc.boolean(),
    absolute: fc.boolean(),
  })
  .map((t) => {
    const list = (name: string, all: string[]) => (all.length > 0 ? `${name}: [${all.map((host) => `{host: ${host}}`).join(', ')}]\n` : '')
    return topologyOf(
      `${t.absolute ? 'global: {deploy_dir: /dm, data_dir: /dmdata}\n' : ''}${t.monitored ? 'monitored: {}\n' : ''}` +
        list('master_servers', t.masters) +
        list('worker_servers', t.workers) +
        list('monitoring_servers', t.prometheus) +
        list('grafana_servers', t.grafana) +
        list('alertmanager_servers', t.alertmanagers),
    )
  })

const plansOf = (topology: ReturnType<typeof topologyOf>): Plan[] => [
  operations.deploy.plan(topology, fresh(topology), inputFor(topology)).plan,
  operations.start.plan(topology, fresh(topology), later(topology)).plan,
  operations.stop.plan(topology, running(topology), later(topology)).plan,
]

describe('every plan', () => {
  it('has unique step and lane ids, is JSON, and is the same each time', () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        for (const plan of plansOf(topology)) {
          const ids = stepsOf(plan).map((step) => step.id)
          expect(ids).toEqual([...new Set(ids)])
          const lanes = plan.phases.flatMap((one) => one.lanes.map((lane) => lane.id))
          expect(lanes).toEqual([...new Set(lanes)])
          expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
        }
        expect(plansOf(topology)).toEqual(plansOf(topology))
      }),
      { numRuns: 60 },
    )
  })

  it('touches only hosts that it names, and asks of facts no host that is not in the topology', () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        for (const plan of plansOf(topology))
          for (const step of stepsOf(plan)) if ('host' in step) expect(plan.hosts[step.host]).toBeDefined()
        expect(operations.deploy.validate(topology, fresh(topology), inputFor(topology))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  it('is consistent: when every step has had its effect, no step of the plan asks for something else', () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        for (const plan of plansOf(topology)) {
          for (const [host, before] of Object.entries(fresh(topology).hosts)) {
            const steps = stepsOf(plan).filter((step) => 'host' in step && step.host === host && step.kind !== 'guard')
            const after = steps.reduce((facts, step) => kindOf(step).predict(step, facts), before)
            const contradicted = steps.filter((step) => kindOf(step).satisfied(step, after, { incarnation: '' }) === 'no')
            expect(contradicted.map((step) => step.id)).toEqual([])
          }
        }
      }),
      { numRuns: 30 },
    )
  })

  it('stops in the reverse of the start order, exporters apart', () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        const [, start, stop] = plansOf(topology)
        const words = (plan: Plan | undefined, verb: string) =>
          (plan?.phases ?? [])
            .map((one) => one.title.word)
            .filter((word) => word.startsWith(`plan.${verb}-`) && !word.endsWith('exporter'))
            .map((word) => word.slice(`plan.${verb}-`.length))
        expect(words(stop, 'stop')).toEqual(words(start, 'start').toReversed())
      }),
      { numRuns: 40 },
    )
  })

  it('can be planned of facts that are missing: problems, never a throw', () => {
    fc.assert(
      fc.property(topologies, (topology) => {
        for (const operation of Object.values(operations)) {
          // Their preparers always give a target, and folders.
          const upgrade = { to: 'v8.5.1', offline: false, pauseBeforeLast: true, prefer: [], back: { suffix: '-v8.5.0' } }
          const { plan } = operation.plan(topology, { hosts: {} }, inputFor(topology, { upgrade }))
          expect(plan.problems.some((one) => one.severity === 'error')).toBe(true)
        }
      }),
      { numRuns: 20 },
    )
  })
})
