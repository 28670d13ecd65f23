import type { HostId } from '@/server/domain/instance'
import { type Plan, stepsOf } from '@/server/domain/plan'
import type { HostProbe } from '@/server/domain/probe'
import type { Problem } from '@/server/domain/problem'
import type { Step, StepOf } from '@/server/domain/step'
import type { Topology } from '@/server/domain/topology/topology'
import { type Draft, type LaneDraft, phase, planOf, recordLane } from './build'
import type { Needs, Operation, OperationFacts, OperationInput } from './input'

/**
 * Undoes a deploy: what its journal says that it made, in reverse order, and nothing else. What was there before
 * (`already` steps, files that were replaced, folders that existed) stays.
 */
export const removeDeploy: Operation = {
  name: 'remove-deploy',
  needs: (_topology, input) => needs(input),
  validate: (topology, facts, input) => problems(topology, facts, input),
  plan: (topology, facts, input) => {
    const hosts = Object.keys(input.donePlan?.hosts ?? {})
    const lanes = hosts.map(
      (host): LaneDraft => ({
        subject: host,
        login: loginOf(input, host),
        steps: removalSteps(host, input),
      }),
    )
    const plan = planOf('remove-deploy', topology, input, {
      phases: [phase('plan.remove', lanes), phase('plan.record', [recordLane(input.clusterName, { change: 'cluster-removed' })])],
      problems: problems(topology, facts, input),
      impact: { sources: [], masterOutageS: 0 },
      tiupCommand: `tiup dm destroy ${input.clusterName}`,
      destructive: true,
    })
    // Hosts and logins as the deploy had them, also of hosts that the topology no longer names.
    const kept = Object.entries(input.donePlan?.hosts ?? {}).filter(([host]) =>
      stepsOf(plan).some((step) => 'host' in step && step.host === host),
    )
    return { plan: { ...plan, hosts: Object.fromEntries(kept) }, blobs: [] }
  },
}

/** The deploy user is removed at the end, so where another login is at hand it is used from the start. */
const loginOf = (input: OperationInput, host: HostId): 'given' | 'deploy' => (input.donePlan?.hosts[host]?.given ? 'given' : 'deploy')

const needs = (input: OperationInput): Needs => {
  const units = unitSteps(input.donePlan)
  const hosts = Object.keys(input.donePlan?.hosts ?? {})
  const probes = (host: HostId): HostProbe[] => [
    { probe: 'system' },
    ...units.filter((step) => step.host === host).map((step) => ({ probe: 'unit', unit: step.unit, hashExe: false }) as const),
  ]
  return { host: Object.fromEntries(hosts.map((host) => [host, probes(host)])), cluster: [] }
}

const unitSteps = (plan: Plan | undefined): StepOf<'unit-enabled'>[] =>
  (plan ? stepsOf(plan) : []).flatMap((step) => (step.kind === 'unit-enabled' ? [step] : []))

const problems = (_topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] => {
  if (input.donePlan?.operation !== 'deploy')
    return [{ code: 'remove-deploy.no-plan', severity: 'error', params: { cluster: input.clusterName } }]
  const touched = Object.keys(input.donePlan.hosts).filter((host) => removalSteps(host, input).length > 0)
  const silent = touched
    .filter((host) => !facts.hosts[host]?.system)
    .map((host): Problem => ({ code: 'preflight.reach', severity: 'error', params: { host } }))
  const running = unitSteps(input.donePlan).flatMap((step): Problem[] =>
    facts.hosts[step.host]?.units[step.unit]?.activeState === 'active'
      ? [{ code: 'remove-deploy.unit-runs', severity: 'warning', params: { host: step.host, unit: step.unit } }]
      : [],
  )
  return [...silent, ...running]
}

const removalSteps = (host: HostId, input: OperationInput): Draft[] => {
  const made = input.made ?? {}
  const done = (input.donePlan ? stepsOf(input.donePlan) : []).filter(
    (step) => 'host' in step && step.host === host && made[step.id] !== undefined,
  )
  const whole = new Set<string>()
  const userMade = done.some((step) => step.kind === 'user-present' && made[step.id]?.some((what) => what === `user ${step.user}`))
  const drafts = done.toReversed().flatMap((step) => undo(step, made[step.id] ?? [], { host, userMade, install: isInstall(step, input) }))
  const unitsFirst = [1, 2, 3, 4].flatMap((rank) => drafts.filter((one) => rankOf(one) === rank))
  for (const { step } of unitsFirst) if (step.kind === 'path-absent' && !step.onlyEmpty) whole.add(step.path)
  return withoutRepeats(unitsFirst.filter(({ step }) => step.kind !== 'path-absent' || !liesIn(step.path, whole)))
}

/** Units first; the account, its key and at last its sudo, which the steps before may need. */
const rankOf = ({ step }: Draft): number => {
  if (step.kind === 'unit-enabled' || step.kind === 'unit-stopped') return 1
  if (step.kind === 'user-absent' || step.kind === 'authorized-key-absent') return 3
  return step.kind === 'path-absent' && step.path.startsWith('/etc/sudoers.d/') ? 4 : 2
}

/** Folders of an instance go with all that is in them; the levels above only when nothing else is left there. */
const isInstall = (step: Step, input: OperationInput): boolean => {
  const install = input.donePlan?.phases.find((one) => one.title.word === 'plan.install')
  return install !== undefined && step.id.startsWith(`${install.id}.`)
}

type Undo = { host: HostId; userMade: boolean; install: boolean }

const undo = (step: Step, made: readonly string[], { host, userMade, install }: Undo): Draft[] => {
  const paths = made.filter((what) => what.startsWith('/')).toReversed()
  switch (step.kind) {
    case 'unit-enabled':
      return [
        { subject: step.unit, step: { kind: 'unit-stopped', host, unit: step.unit } },
        { subject: step.unit, step: { kind: 'unit-enabled', host, unit: step.unit, enabled: false } },
      ]
    case 'user-present':
      return userMade ? [{ subject: step.user, step: { kind: 'user-absent', host, user: step.user, group: step.group } }] : []
    case 'authorized-key':
      return userMade ? [] : [{ subject: step.user, step: { kind: 'authorized-key-absent', host, user: step.user, key: step.key } }]
    case 'directory':
      return paths.map((path) => absent(host, path, !(install && path === step.path)))
    default:
      return paths.map((path) => absent(host, path, false))
  }
}

const absent = (host: HostId, path: string, onlyEmpty: boolean): Draft => ({
  subject: path,
  step: { kind: 'path-absent', host, path, onlyEmpty },
})

const liesIn = (path: string, whole: ReadonlySet<string>): boolean => [...whole].some((dir) => path !== dir && path.startsWith(`${dir}/`))

const withoutRepeats = (drafts: readonly Draft[]): Draft[] => [
  ...new Map(drafts.map((one) => [`${one.step.kind} ${one.subject}`, one])).values(),
]
