import type { ComponentName } from '@/server/domain/component'
import type { Instance } from '@/server/domain/instance'
import { currentOf, type LedgerNote } from '@/server/domain/ledger'
import { downloadName } from '@/server/domain/package'
import type { Problem } from '@/server/domain/problem'
import type { Topology } from '@/server/domain/topology/topology'
import { type Draft, type LaneDraft, type PhaseDraft, phase, planOf, recordLane, unitSubject } from './build'
import type { Needs, Operation, OperationFacts, OperationInput } from './input'
import { type Choice, choose, patchAsked } from './patch-choice'
import { rollingNeeds } from './restart'
import { rollingPhases } from './rolling'
import { rollingImpact, rollingProblems } from './rolling-problems'
import { selectable, selectionProblems, unitState, unseenHosts } from './select'
import { dmctlHost, whySourcesStay } from './sources'
import { activateTurn, type Staged, stagePhase, stagingBytes, stagingProbes } from './staging'
import type { Turn } from './turn'
import { checkPhase } from './unchanged'

type Context = { topology: Topology; facts: OperationFacts; input: OperationInput }

/**
 * Puts other programs of the same components on the chosen instances: staged everywhere first, then one instance after another, masters
 * before workers. Nothing else of an instance changes. `offline`: only the disk, as TiUP does it. Going back is the same operation.
 */
export const patch: Operation = {
  name: 'patch',
  needs: (topology, input) => patchNeeds(topology, input),
  validate: (topology, facts, input) => {
    const context = { topology, facts, input }
    const selection = selectionProblems(topology, input)
    if (selection.length > 0) return selection
    const { choices, problems } = choose(context)
    const instances = choices.map(({ instance }) => instance)
    return [
      ...problems,
      ...unseenHosts(instances, facts),
      ...missingUnits(instances, facts),
      ...roomProblems(context, choices),
      ...(patchAsked(input).offline
        ? offlineProblems(context, instances)
        : [...rollingProblems(topology, facts, input, turnsOf(context, choices)), ...startProblems(context, instances)]),
      ...noteProblems(context, choices),
    ]
  },
  plan(topology, facts, input) {
    const context = { topology, facts, input }
    const { choices } = choose(context)
    const turns = turnsOf(context, choices)
    return {
      blobs: [],
      plan: planOf('patch', topology, input, {
        phases: [
          ...(patchAsked(input).offline ? [] : [checkPhase(turns, facts)]),
          stagePhase(context, choices.map(stagedOf), dmctlBeside(context)),
          ...(patchAsked(input).offline ? [swapPhase(turns)] : rollingPhases(topology, facts, input, turns)),
          phase('plan.record', [...roleLanes(context, choices), ...runStateLane(context, choices)]),
        ],
        problems: patch.validate(topology, facts, input),
        impact: rollingImpact(topology, facts, input, turns),
        tiupCommand: tiupLines(context, choices),
        destructive: false,
      }),
    }
  },
}

const patchNeeds = (topology: Topology, input: OperationInput): Needs => {
  const { host, cluster } = rollingNeeds(topology, input)
  const instances = selectable(topology)
  const asked = Object.entries(host).map(([id, probes]) => {
    const own = instances.filter(({ hostId }) => hostId === id)
    return [id, [...probes, ...stagingProbes(topology, own)]] as const
  })
  return { host: Object.fromEntries(asked), cluster }
}

const stagedOf = ({ instance, package: one }: Choice): Staged => ({ instance, package: one })

/** dmctl lies on its host before anything is stopped, where sources will be moved. */
const dmctlBeside = ({ topology, facts, input }: Context) =>
  input.dmctl && !patchAsked(input).offline && whySourcesStay({ topology, facts, input }) === undefined
    ? [{ host: dmctlHost(topology), package: input.dmctl }]
    : []

const turnsOf = (context: Context, choices: readonly Choice[]): Turn[] => choices.map((choice) => turnOf(context, choice))

const turnOf = (context: Context, choice: Choice): Turn => {
  const { instance, package: one, patched } = choice
  const { offline } = patchAsked(context.input)
  const mark: Draft = {
    subject: `patched-${unitSubject(instance)}-${instance.hostId}`,
    step: { kind: 'recorded', record: { change: 'patched', instance: instance.id, patched } },
  }
  const turn = activateTurn(context, stagedOf(choice), { offline, ledger: noteOf(choice, context.input), books: [mark] })
  // A hotfix that somebody packed by hand is filed under its release's version and says another one: only what it said itself counts.
  if (!turn.expect || one.origin.from === 'mirror' || one.verified) return turn
  const { version: _guess, ...expect } = turn.expect
  return { ...turn, expect }
}

const noteOf = ({ package: one, kind, patched }: Choice, input: OperationInput): LedgerNote => {
  const { ticket = one.hotfix?.ticket ?? '', notes = one.hotfix?.notes ?? '', due, offline } = patchAsked(input)
  return {
    kind,
    ...(ticket !== '' && { ticket }),
    ...(notes !== '' && { notes }),
    ...(due !== undefined && patched && { due }),
    ...(offline && { offline }),
  }
}

/** All disks at once: nothing stops, nothing starts. */
const swapPhase = (turns: readonly Turn[]): PhaseDraft =>
  phase(
    'plan.swap-on-disk',
    turns.map(({ instance, activate }): LaneDraft => ({ subject: instance.id, login: 'deploy', steps: activate })),
  )

const missingUnits = (instances: readonly Instance[], facts: OperationFacts): Problem[] =>
  instances.flatMap((one): Problem[] =>
    facts.hosts[one.hostId]?.units[one.unit]?.loadState === 'not-found'
      ? [{ code: 'start.unit-missing', severity: 'error', params: { host: one.hostId, unit: one.unit, instance: one.id } }]
      : [],
  )

const roomProblems = ({ facts }: Context, choices: readonly Choice[]): Problem[] =>
  [...new Set(choices.map(({ instance }) => instance.hostId))].flatMap((host): Problem[] => {
    const own = choices.filter(({ instance }) => instance.hostId === host).map(stagedOf)
    const path = own[0]?.instance.deployDir ?? ''
    const free = facts.hosts[host]?.disks[path]?.freeBytes
    const wanted = stagingBytes(own)
    if (free === undefined || free >= wanted) return []
    const mib = (bytes: number): number => Math.ceil(bytes / 2 ** 20)
    return [{ code: 'patch.disk-full', severity: 'error', params: { host, path, free: mib(free), wanted: mib(wanted) } }]
  })

const ids = (instances: readonly Instance[]): string => instances.map(({ id }) => id).join(', ')

/** What runs goes on with the former program; unknown ones may run too. */
const offlineProblems = ({ facts }: Context, instances: readonly Instance[]): Problem[] => {
  const running = instances.filter((one) => unitState(facts, one) !== 'down')
  if (running.length === 0) return []
  return [{ code: 'patch.offline-while-running', severity: 'warning', params: { count: running.length, nodes: ids(running) } }]
}

/** As with TiUP, whose restart starts what is down: a hotfix is often meant for what can't run. */
const startProblems = ({ facts }: Context, instances: readonly Instance[]): Problem[] => {
  const down = instances.filter((one) => unitState(facts, one) === 'down')
  return down.length === 0 ? [] : [{ code: 'patch.starts', severity: 'info', params: { count: down.length, nodes: ids(down) } }]
}

const noteProblems = ({ topology, input }: Context, choices: readonly Choice[]): Problem[] => {
  const ledger = input.ledger ?? []
  const same = choices.filter((one) => currentOf(ledger, one.instance.id)?.packageSha256 === one.package.sha256)
  const found: Problem[] = []
  if (same.length > 0)
    found.push({ code: 'patch.same', severity: 'info', params: { count: same.length, nodes: ids(same.map(({ instance }) => instance)) } })
  for (const component of new Set(choices.map(({ instance }) => instance.component))) {
    const left = leftOut(topology, component, choices).filter(
      ({ id }) => !choices.some((one) => one.package.sha256 === currentOf(ledger, id)?.packageSha256),
    )
    if (left.length > 0) found.push({ code: 'patch.mixed', severity: 'warning', params: { role: component, nodes: ids(left) } })
  }
  if (patchAsked(input).overwrite)
    found.push({ code: 'patch.overwrite', severity: 'info', params: { roles: [...new Set(choices.map(rolesOf))].join(', ') } })
  return found
}

const rolesOf = ({ instance }: Choice): string => instance.component

/** Those of the role that keep what they have: until they follow, the role runs two programs. */
const leftOut = (topology: Topology, component: ComponentName, choices: readonly Choice[]): Instance[] =>
  selectable(topology).filter((one) => one.component === component && !choices.some(({ instance }) => instance.id === one.id))

/** What later scale-outs get: the hotfix, or the release's own again. Each role and platform once. */
const roleLanes = ({ input }: Context, choices: readonly Choice[]): LaneDraft[] => {
  if (!patchAsked(input).overwrite) return []
  const each = new Map(choices.map((choice) => [`${choice.instance.component} ${choice.package.arch}`, choice]))
  return [...each.values()].map(({ instance, package: one, patched }): LaneDraft => {
    const record = { change: 'role-package', component: instance.component, os: one.os, arch: one.arch } as const
    const subject = `role-package-${instance.component}-${one.arch}`
    const step = { kind: 'recorded', record: { ...record, packageSha256: patched ? one.sha256 : null } } as const
    return { subject: input.clusterName, login: 'deploy', steps: [{ subject, step }] }
  })
}

const runStateLane = ({ topology, facts, input }: Context, choices: readonly Choice[]): LaneDraft[] => {
  if (choices.length === 0 || patchAsked(input).offline) return []
  const turned = new Set(choices.map(({ instance }) => instance.id))
  const all = selectable(topology).every((one) => turned.has(one.id) || unitState(facts, one) === 'up')
  return [recordLane(input.clusterName, { change: 'run-state', to: all ? 'running' : 'partly' })]
}

/** TiUP patches one component at a time. */
const tiupLines = ({ topology, input }: Context, choices: readonly Choice[]): string => {
  const { overwrite, offline } = patchAsked(input)
  const each = new Map(choices.map(({ package: one }) => [one.sha256, one]))
  const lines = [...each.values()].map((one) => {
    const own = choices.filter((choice) => choice.package.sha256 === one.sha256).map(({ instance }) => instance)
    const whole = selectable(topology).every(({ id, component }) => component !== one.component || own.some((mine) => mine.id === id))
    const flags = `${whole ? ` -R ${one.component}` : ` -N ${own.map(({ id }) => id).join(',')}`}${overwrite ? ' --overwrite' : ''}`
    return `tiup dm patch ${input.clusterName} ${downloadName(one)}${flags}${offline ? ' --offline' : ''}`
  })
  return lines.length > 0 ? lines.join(' && ') : `tiup dm patch ${input.clusterName}`
}
