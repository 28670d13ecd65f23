import { type FileFact, fileKey } from '@/server/domain/facts'
import { pulledLimitBytes } from '@/server/domain/files'
import type { HostId } from '@/server/domain/instance'
import type { Problem } from '@/server/domain/problem'
import type { Topology } from '@/server/domain/topology/topology'
import { type Draft, phase, planOf } from './build'
import type { Needs, Operation, OperationFacts, OperationInput } from './input'
import { byHosts, filesLine, filledPath, onePerHost, templateProblems } from './per-host'
import { selectionProblems, unseenHosts } from './select'

const nothing = { paths: [], sudo: false, atOnce: 5, roomBytes: 0 }

/**
 * Files from each host of the selected instances into the panel's data folder, once per host, with the values of the first of them that
 * stands there. A host that lacks one of them is left out for that one, by consent.
 */
export const pull: Operation = {
  name: 'pull',
  needs: (topology, input) => needs(topology, input),
  validate: (topology, facts, input) => problemsOf(topology, facts, input),
  plan: (topology, facts, input) => {
    const { paths, sudo, atOnce } = input.pull ?? nothing
    const user = userOf(topology, input)
    const found = filesOf(topology, facts, input)
    const lanes = onePerHost(topology, input).flatMap(({ hostId: host }) => {
      const steps = found.flatMap((one): Draft[] => {
        if (one.host !== host || !fetchable(one.fact)) return []
        const step = { kind: 'file-pulled' as const, host, path: one.path, user }
        return [{ subject: one.path, step: { ...step, sizeBytes: one.fact.sizeBytes, limitBytes: pulledLimitBytes } }]
      })
      return steps.length === 0 ? [] : [{ subject: host, login: 'deploy' as const, steps }]
    })
    const plan = planOf('pull', topology, input, {
      phases: [phase('plan.pull', lanes, { width: Math.min(atOnce, lanes.length), tolerance: lanes.length, failsJob: true })],
      problems: problemsOf(topology, facts, input),
      impact: { sources: [], masterOutageS: 0 },
      tiupCommand: filesLine('pull', input, { words: paths, sudo }),
      destructive: false,
    })
    return { plan, blobs: [] }
  },
}

const userOf = (topology: Topology, input: OperationInput): string => (input.pull?.sudo ? 'root' : topology.global.user)

/** Once each: two templates may name the same file. */
const pathsOn = (topology: Topology, input: OperationInput): { host: HostId; path: string }[] =>
  onePerHost(topology, input).flatMap((one) => {
    const filled = (input.pull?.paths ?? []).flatMap((text) => filledPath(text, one) ?? [])
    return [...new Set(filled)].map((path) => ({ host: one.hostId, path }))
  })

const needs = (topology: Topology, input: OperationInput): Needs => {
  const user = userOf(topology, input)
  const files = pathsOn(topology, input)
  const of = (host: HostId): Needs['host'][string] => [
    { probe: 'system' },
    ...files.flatMap((one) => (one.host === host ? [{ probe: 'file-as', path: one.path, user, hash: false } as const] : [])),
  ]
  return { host: Object.fromEntries(onePerHost(topology, input).map(({ hostId }) => [hostId, of(hostId)])), cluster: [] }
}

type Found = { host: HostId; path: string; fact: FileFact | undefined }

const filesOf = (topology: Topology, facts: OperationFacts, input: OperationInput): Found[] =>
  pathsOn(topology, input).map((one) => ({ ...one, fact: facts.hosts[one.host]?.files[fileKey(userOf(topology, input), one.path)] }))

const fetchable = (fact: FileFact | undefined): fact is FileFact =>
  fact?.kind === 'file' && fact.readable && fact.sizeBytes <= pulledLimitBytes

const problemsOf = (topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] => {
  const all = onePerHost(topology, input)
  const { paths, sudo, roomBytes } = input.pull ?? nothing
  const templates = paths.flatMap((text) => templateProblems(all, text, 'paths'))
  const relative = paths.filter((text) => templateProblems(all, text, 'paths').length === 0 && all.some((one) => !filledPath(text, one)))
  const found = filesOf(topology, facts, input)
  const good = found.filter(({ fact }) => fetchable(fact))
  const sum = good.reduce((bytes, { fact }) => bytes + (fact?.sizeBytes ?? 0), 0)
  const seen = found.length > 0 && found.every(({ fact }) => fact !== undefined)
  const mib = (bytes: number): number => Math.ceil(bytes / 2 ** 20)
  return [
    ...selectionProblems(topology, input),
    ...unseenHosts(all, facts),
    ...templates,
    ...relative.map((path): Problem => ({ code: 'pull.path', severity: 'error', path: 'paths', params: { path } })),
    ...byHosts(
      found.flatMap(({ host, path, fact }) =>
        (fact ? wrong(fact, path, userOf(topology, input)) : []).map((problem) => ({ host, problem })),
      ),
    ),
    ...(seen && good.length === 0 ? [{ code: 'pull.nothing', severity: 'error', params: {} } as const] : []),
    ...(sum > roomBytes ? [{ code: 'pull.no-room', severity: 'error', params: { wanted: mib(sum), room: mib(roomBytes) } } as const] : []),
    ...(good.length > 0 ? [{ code: 'pull.sum', severity: 'info', params: { files: good.length, mib: mib(sum) } } as const] : []),
    ...(sudo ? [{ code: 'pull.root', severity: 'warning', params: { count: all.length } } as const] : []),
  ]
}

const wrong = (fact: FileFact, path: string, user: string): Problem[] => {
  const params = { path, user }
  if (fact.kind === 'absent') return [{ code: 'pull.absent', severity: 'warning', params }]
  if (fact.kind !== 'file') return [{ code: 'pull.no-file', severity: 'error', path: 'paths', params }]
  if (!fact.readable) return [{ code: 'pull.unreadable', severity: 'warning', params }]
  if (fact.sizeBytes <= pulledLimitBytes) return []
  const limit = Math.round(pulledLimitBytes / 2 ** 20)
  return [{ code: 'pull.too-large', severity: 'error', path: 'paths', params: { path, mib: Math.ceil(fact.sizeBytes / 2 ** 20), limit } }]
}
