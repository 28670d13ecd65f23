import type { HostId, Instance } from '@/server/domain/instance'
import type { Problem } from '@/server/domain/problem'
import type { Topology } from '@/server/domain/topology/topology'
import type { OperationInput } from './input'
import { selected } from './select'
import { fillTemplate } from './template-values'

/** Of the selected instances the first one of each host, in the topology's order: its values stand for the host. */
export const onePerHost = (topology: Topology, input: OperationInput): Instance[] => {
  const first = new Map<HostId, Instance>()
  for (const one of selected(topology, input)) if (!first.has(one.hostId)) first.set(one.hostId, one)
  return [...first.values()]
}

/** Texts that can't be filled; the first of each kind: what is wrong for one host is wrong for all of its component. `path`: the input's field. */
export const templateProblems = (all: readonly Instance[], text: string, path: string): Problem[] => {
  const found = new Map<string, Problem>()
  for (const one of all) {
    const filled = fillTemplate(text, one)
    if ('text' in filled) continue
    const [code, params] =
      'wrong' in filled
        ? ['exec.template-wrong', { piece: filled.wrong }]
        : ['exec.template-unknown', { name: filled.unknown, instance: one.id, known: filled.known }]
    const key = `${code} ${one.component}`
    if (!found.has(key)) found.set(key, { code, severity: 'error', path, params })
  }
  return [...found.values()]
}

/** A path that is filled for one host and absolute, without `.` and `..`; undefined for any other. */
export const filledPath = (text: string, one: Instance): string | undefined => {
  const filled = fillTemplate(text, one)
  return 'text' in filled && /^\/(?!.*\/\.{1,2}(\/|$))[^\0\n]+$/.test(filled.text) ? filled.text.replaceAll(/\/{2,}/g, '/') : undefined
}

/** A problem once for all hosts where it is the same: `hosts` names them. */
export const byHosts = (found: readonly { host: HostId; problem: Problem }[]): Problem[] => {
  const groups = new Map<string, { problem: Problem; hosts: HostId[] }>()
  for (const { host, problem } of found) {
    const key = JSON.stringify(problem)
    const group = groups.get(key) ?? { problem, hosts: [] }
    group.hosts.push(host)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ problem, hosts }) => ({ ...problem, params: { ...problem.params, hosts: hosts.join(', ') } }))
}

/** `tiup dm` has neither push nor pull. */
export const filesLine = (
  verb: 'push' | 'pull',
  { clusterName, nodes = [], roles = [] }: Pick<OperationInput, 'clusterName' | 'nodes' | 'roles'>,
  { words, sudo }: { words: readonly string[]; sudo: boolean },
): string =>
  [
    `dm-panel ${verb} ${clusterName}`,
    ...words.map((word) => `'${word.replaceAll("'", "'\\''")}'`),
    ...(roles.length > 0 ? [`-R ${roles.join(',')}`] : []),
    ...(nodes.length > 0 ? [`-N ${nodes.join(',')}`] : []),
    ...(sudo ? ['--sudo'] : []),
  ].join(' ')
