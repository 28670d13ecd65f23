import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stepsOf } from '@/server/domain/plan'
import { entriesAs, entriesOnly, entryIds, joinEntries, onlyEntries, withoutEntries } from '@/server/domain/topology/entries'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import type { OperationInput } from '@/server/operations/input'
import { scaleIn } from '@/server/operations/scale-in'
import { scaleOut } from '@/server/operations/scale-out'
import { growthOf } from '@/server/operations/scale-out-problems'
import { fresh, inputFor, later, running, topologyOf } from './world'

const hosts = Array.from({ length: 6 }, (_, i) => `10.0.0.${i + 1}`)
const some = (max: number, min = 0) => fc.uniqueArray(fc.constantFrom(...hosts), { minLength: min, maxLength: max })
const shapes = fc.record({ masters: some(5, 2), workers: some(5, 1), monitored: fc.boolean(), pick: fc.nat(), dead: fc.nat(5) })
type Shape = { masters: string[]; workers: string[]; monitored: boolean; pick: number; dead: number }

const clusterOf = ({ masters, workers, monitored }: Shape): Topology => {
  const list = (name: string, all: string[]) => `${name}: [${all.map((host) => `{host: ${host}}`).join(', ')}]\n`
  return topologyOf(`${monitored ? 'monitored: {}\n' : ''}${list('master_servers', masters)}${list('worker_servers', workers)}`)
}
const pickOf = (topology: Topology, pick: number): string => {
  const ids = entryIds(topology)
  return ids[pick % ids.length] ?? ''
}
/** One entry taken out, and put back as the new one. */
const grownBy = (topology: Topology, id: string): { cluster: Topology; whole: Topology; input: OperationInput } => {
  const cluster = withoutEntries(topology, [id])
  const added = entriesAs(entriesOnly(onlyEntries(topology, [id])), 'joining')
  const whole = joinEntries(cluster, added)
  const joining = { ids: [id], yaml: '', prefer: [] }
  const { newHosts } = growthOf(whole, { hosts: {} }, { ...later(whole), joining })
  const { given } = inputFor(whole)
  return { cluster, whole, input: { ...later(whole), ...(given && { given }), givenHosts: newHosts, joining } }
}

describe('scale plans of any cluster', () => {
  it('name every host that they touch, have unique ids, are JSON and the same each time', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const topology = clusterOf(shape)
        const id = pickOf(topology, shape.pick)
        const { whole, input } = grownBy(topology, id)
        const { cluster } = running(whole)
        const plans = () => [
          scaleIn.plan(topology, running(topology), later(topology, { nodes: [id], givenHosts: [] })).plan,
          scaleOut.plan(whole, cluster ? { ...fresh(whole), cluster } : fresh(whole), input).plan,
        ]
        for (const plan of plans()) {
          const ids = stepsOf(plan).map((step) => step.id)
          expect(ids).toEqual([...new Set(ids)])
          expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
          for (const step of stepsOf(plan)) if ('host' in step) expect(plan.hosts[step.host]).toBeDefined()
        }
        expect(plans()).toEqual(plans())
      }),
      { numRuns: 20 },
    )
  })

  it('a scale-in touches the disk of no instance that stays, but for its scripts', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const topology = clusterOf(shape)
        const id = pickOf(topology, shape.pick)
        const { plan } = scaleIn.plan(topology, running(topology), later(topology, { nodes: [id], givenHosts: [] }))
        const after = instancesOf(withoutEntries(topology, [id]))
        for (const step of stepsOf(plan)) {
          if (step.kind !== 'path-absent' || step.onlyEmpty) continue
          const hit = after.find(
            (one) =>
              one.hostId === step.host &&
              [one.deployDir, one.dataDir, one.logDir].some((dir) => dir === step.path || dir.startsWith(`${step.path}/`)),
          )
          expect([hit?.id, step.path]).toEqual([undefined, step.path])
        }
      }),
      { numRuns: 100 },
    )
  })

  it('without an error a scale-in leaves a majority of the masters that live, whoever is dead', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const topology = clusterOf(shape)
        const id = pickOf(topology, shape.pick)
        const facts = running(topology)
        const listed = facts.cluster?.members
        if (!listed || !facts.cluster) return
        const masters = listed.masters.map((one, i) => ({ ...one, alive: i >= shape.dead }))
        const cluster = { ...facts.cluster, members: { ...listed, masters } }
        const input = later(topology, { nodes: [id], givenHosts: [] })
        const problems = scaleIn.validate(topology, { ...facts, cluster }, input)
        const leaving = instancesOf(topology).find((one) => one.id === id)
        if (leaving?.component !== 'dm-master' || problems.some(({ severity }) => severity === 'error')) return
        const staying = masters.filter(({ name }) => name !== leaving.name)
        expect(staying.filter(({ alive }) => alive).length).toBeGreaterThan(staying.length / 2)
      }),
      { numRuns: 200 },
    )
  })

  it('a scale-out changes only files of the cluster’s own instances that name its members', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const topology = clusterOf(shape)
        const { cluster, whole, input } = grownBy(topology, pickOf(topology, shape.pick))
        const { plan } = scaleOut.plan(whole, fresh(whole), input)
        const own = instancesOf(cluster)
        for (const step of stepsOf(plan)) {
          if (step.kind === 'unit-stopped' || step.kind === 'path-absent') throw new Error(step.id)
          const known =
            'host' in step &&
            step.kind === 'file' &&
            own.find((one) => one.hostId === step.host && step.path.startsWith(`${one.deployDir}/`))
          if (known && step.kind === 'file') expect(step.path).toMatch(/\/scripts\/run_|prometheus\.yml$|datasource\.yml$/)
        }
      }),
      { numRuns: 30 },
    )
  })
})
