import type { Instance } from '@/server/domain/instance'
import type { HostProbe } from '@/server/domain/probe'
import { withoutEntries } from '@/server/domain/topology/entries'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { type Draft, type LaneDraft, type PhaseDraft, phase, planOf } from './build'
import type { Needs, Operation, OperationFacts, OperationInput, PlannedBlob } from './input'
import { isLost, type LeaveContext, masterSteps, masterWay, monitorSteps, wipeSteps, workerSteps } from './leave-steps'
import { cancelEvict } from './masters'
import { refreshPhases, refreshProblems } from './refresh'
import { emptiedHosts, releasePhases } from './release-hosts'
import { dmctlPhase, rollingNeeds } from './restart'
import { scaleInProblems } from './scale-in-problems'
import { byComponent, selected, unitState } from './select'
import { sourcesOf } from './sources'

/**
 * Takes instances out of the cluster: its members, its hosts' disks, its books. A master goes as documented (stop, offline, delete) where
 * DM takes that, and in the order that was measured to be safe where it does not.
 */
export const scaleIn: Operation = {
  name: 'scale-in',
  needs: (topology, input) => scaleInNeeds(topology, input),
  validate: (topology, facts, input) => {
    const context = contextOf(topology, facts, input)
    const after = withoutLeaving(context)
    return [
      ...scaleInProblems(context, after),
      ...(context.leaving.length > 0 ? refreshProblems({ before: topology, after, facts, input, keep: (blob) => blob }) : []),
    ]
  },
  plan: (topology, facts, input) => {
    const blobs = new Map<string, PlannedBlob>()
    const keep = (blob: PlannedBlob): PlannedBlob => {
      blobs.set(blob.sha256, blob)
      return blob
    }
    const context = contextOf(topology, facts, input)
    const after = withoutLeaving(context)
    const emptied = emptiedHosts(topology, after).filter((host) => facts.hosts[host]?.system)
    const plan = planOf(
      'scale-in',
      topology,
      { ...input, givenHosts: emptied },
      {
        phases: [
          ...leavePhases(context),
          ...refreshPhases({ before: topology, after, facts, input, keep }),
          ...releasePhases({ before: topology, after, facts, input }, emptied),
          phase('plan.record', [goneLane(context)]),
        ],
        problems: scaleIn.validate(topology, facts, input),
        impact: { sources: pausing(context), masterOutageS: 0 },
        tiupCommand: `tiup dm scale-in ${input.clusterName} -N ${(input.nodes ?? []).join(',')}${input.force ? ' --force' : ''}`,
        destructive: true,
      },
    )
    return { plan, blobs: [...blobs.values()] }
  },
}

/** What a rolling operation asks, and on every host the deploy user's group, as files are written there, and what reviews brought. */
const scaleInNeeds = (topology: Topology, input: OperationInput): Needs => {
  const { host, cluster } = rollingNeeds(topology, input)
  const more: HostProbe[] = [
    { probe: 'user', user: topology.global.user },
    ...(input.borrowed?.packages ?? []).map((sha256) => ({ probe: 'package', sha256 }) as const),
  ]
  return { cluster, host: Object.fromEntries(Object.entries(host).map(([id, probes]) => [id, [...probes, ...more]])) }
}

const contextOf = (topology: Topology, facts: OperationFacts, input: OperationInput): LeaveContext => ({
  ...{ topology, facts, input },
  leaving: (input.nodes ?? []).length > 0 ? selected(topology, { ...input, roles: [] }) : [],
})

const withoutLeaving = ({ topology, leaving }: LeaveContext): Topology =>
  withoutEntries(
    topology,
    leaving.map(({ id }) => id),
  )

/** Workers first, while every master is there; then the master; then what neither needs. */
const leavePhases = (context: LeaveContext): PhaseDraft[] => {
  const { topology, facts, input, leaving } = context
  const workers = byComponent(leaving, 'dm-worker')
  const masters = byComponent(leaving, 'dm-master')
  const others = leaving.filter((one) => !workers.includes(one) && !masters.includes(one))
  const bound = (one: Instance): number => sourcesOf(one, facts).length
  return [
    ...(workers.some((one) => !isLost(one, facts)) ? dmctlPhase(topology, facts, input) : []),
    phase(
      'plan.leave-dm-worker',
      workers.toSorted((a, b) => bound(a) - bound(b)).map((one) => leaveLane(one, context, workerSteps(one, context))),
      { width: 1 },
    ),
    phase(
      `plan.leave-dm-master-${wayOf(masters[0], context)}`,
      masters.map((one) => ({
        ...leaveLane(one, context, masterSteps(one, context)),
        ...(isLost(one, facts) || unitState(facts, one) === 'down' ? {} : { onLeave: [cancelEvict(one)] }),
      })),
      { width: 1 },
    ),
    phase(
      'plan.leave-monitors',
      others.map((one) => leaveLane(one, context, monitorSteps(one, context))),
    ),
  ]
}

const wayOf = (one: Instance | undefined, { facts }: LeaveContext): 'documented' | 'delete-first' => {
  const members = facts.cluster?.members
  return one && members && masterWay(one.name, members) === 'delete-first' ? 'delete-first' : 'documented'
}

const leaveLane = (one: Instance, { topology, facts, leaving }: LeaveContext, steps: readonly Draft[]): LaneDraft => {
  const staying = instancesOf(topology).filter(({ id }) => !leaving.some((other) => other.id === id))
  return {
    subject: one.id,
    login: 'deploy',
    ...(isLost(one, facts) ? {} : { instance: one.id }),
    steps: [...steps, ...(isLost(one, facts) ? [] : wipeSteps(one, topology, staying))],
  }
}

/** The last thing: until then a plan for the same nodes finishes what this one began. */
const goneLane = ({ leaving, input }: LeaveContext): LaneDraft => ({
  subject: input.clusterName,
  login: 'deploy',
  steps: leaving.map((one) => ({
    subject: `gone-${one.id}`,
    step: { kind: 'recorded', record: { change: 'lifecycle', instance: one.id, to: 'gone' } },
  })),
})

/** Sources that pause or lose their worker: those of workers that stop without their source having moved before. */
const pausing = (context: LeaveContext): { source: string; worker: string }[] =>
  byComponent(context.leaving, 'dm-worker').flatMap((one) => {
    const moves = workerSteps(one, context).some(({ step }) => step.kind === 'source-bound-elsewhere')
    return moves ? [] : sourcesOf(one, context.facts).map((source) => ({ source, worker: one.id }))
  })
