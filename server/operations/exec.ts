import type { Problem } from '@/server/domain/problem'
import type { Topology } from '@/server/domain/topology/topology'
import { deadlineOf } from '@/server/steps/command'
import { phase, planOf, unitSubject } from './build'
import type { Needs, Operation, OperationFacts, OperationInput } from './input'
import { onePerHost, templateProblems } from './per-host'
import { selectionProblems, unseenHosts } from './select'
import { fillTemplate } from './template-values'

const nothing = { command: '', sudo: false, timeoutS: 120, atOnce: 5 }

/**
 * A command on each host of the selected instances, once per host (as `tiup dm exec`), with the values of the first of them that stands
 * there. A host where it fails does not keep it from the others; nothing of it is ever repeated by itself.
 */
export const exec: Operation = {
  name: 'exec',
  needs: (topology, input) => needs(topology, input),
  validate: (topology, facts, input) => problemsOf(topology, facts, input),
  plan: (topology, facts, input) => {
    const { sudo, timeoutS, atOnce } = input.exec ?? nothing
    const lanes = onePerHost(topology, input).flatMap((one) => {
      const filled = fillTemplate(input.exec?.command ?? '', one)
      if (!('text' in filled)) return []
      const step = { kind: 'command' as const, host: one.hostId, command: filled.text, sudo, seconds: timeoutS }
      return [{ subject: one.hostId, login: 'deploy' as const, steps: [{ subject: unitSubject(one), step }] }]
    })
    const plan = planOf('exec', topology, input, {
      phases: [phase('plan.exec', lanes, { width: Math.min(atOnce, lanes.length), tolerance: lanes.length, failsJob: true })],
      problems: problemsOf(topology, facts, input),
      impact: { sources: [], masterOutageS: 0 },
      tiupCommand: execLine(input),
      destructive: false,
    })
    return { plan, blobs: [] }
  },
}

const needs = (topology: Topology, input: OperationInput): Needs => ({
  host: Object.fromEntries(onePerHost(topology, input).map(({ hostId }) => [hostId, [{ probe: 'system' }]])),
  cluster: [],
})

/** `tiup dm exec` takes nodes by host only, and has neither a timeout nor a width of its own for it. */
const execLine = ({ clusterName, nodes, roles, exec: asked }: OperationInput): string => {
  const hosts = [...new Set((nodes ?? []).map((node) => node.replace(/:\d+$/, '')))]
  const { command, sudo } = asked ?? nothing
  return [
    `tiup dm exec ${clusterName}`,
    ...(roles?.length ? [`-R ${roles.join(',')}`] : []),
    ...(hosts.length > 0 ? [`-N ${hosts.join(',')}`] : []),
    ...(sudo ? ['--sudo'] : []),
    `--command '${command.replaceAll("'", "'\\''")}'`,
  ].join(' ')
}

const problemsOf = (topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] => {
  const all = onePerHost(topology, input)
  const { command, sudo, timeoutS } = input.exec ?? nothing
  const asRoot: Problem[] = sudo ? [{ code: 'exec.root', severity: 'warning', params: { count: all.length } }] : []
  const long: Problem[] =
    deadlineOf(timeoutS) > 3_600_000 ? [{ code: 'exec.long', severity: 'info', params: { minutes: Math.round(timeoutS / 60) } }] : []
  return [
    ...selectionProblems(topology, input),
    ...unseenHosts(all, facts),
    ...(command.trim() === '' ? [{ code: 'exec.empty', severity: 'error', path: 'command', params: {} } as const] : []),
    ...templateProblems(all, command, 'command'),
    ...asRoot,
    ...long,
  ]
}
