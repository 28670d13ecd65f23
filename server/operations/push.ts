import { type FileFact, fileKey } from '@/server/domain/facts'
import type { HostId, Instance } from '@/server/domain/instance'
import type { Problem } from '@/server/domain/problem'
import type { StepOf } from '@/server/domain/step'
import type { Topology } from '@/server/domain/topology/topology'
import { phase, planOf } from './build'
import type { Needs, Operation, OperationFacts, OperationInput } from './input'
import { byHosts, filesLine, filledPath, onePerHost, templateProblems } from './per-host'
import { selectionProblems, unseenHosts } from './select'

const nothing = {
  ...{ file: { id: '', name: '', sizeBytes: 0, sha256: '' }, path: '', sudo: false, backup: true, atOnce: 5 },
  mode: undefined,
}

/**
 * An uploaded file to each host of the selected instances, once per host, with the values of the first of them that stands there. What
 * lies there is shown by size and hash, and stays beside it when a backup is wanted.
 */
export const push: Operation = {
  name: 'push',
  needs: (topology, input) => needs(topology, input),
  validate: (topology, facts, input) => problemsOf(topology, facts, input),
  plan: (topology, facts, input) => {
    const asked = input.push ?? nothing
    const lanes = targets(topology, input).map(({ host, path }) => {
      const step = stepOf({ host, path, fact: facts.hosts[host]?.files[fileKey(userOf(topology, input), path)] }, topology, input)
      return { subject: host, login: 'deploy' as const, steps: [{ subject: path, step }] }
    })
    const plan = planOf('push', topology, input, {
      phases: [phase('plan.push', lanes, { width: Math.min(asked.atOnce, lanes.length), tolerance: lanes.length, failsJob: true })],
      problems: problemsOf(topology, facts, input),
      impact: { sources: [], masterOutageS: 0 },
      tiupCommand: filesLine('push', input, { words: [asked.file.name, asked.path], sudo: asked.sudo }),
      destructive: false,
    })
    return { plan, blobs: [] }
  },
}

const userOf = (topology: Topology, input: OperationInput): string => (input.push?.sudo ? 'root' : topology.global.user)

type Target = { host: HostId; one: Instance; path: string }

/** A path that ends with a slash is a folder: the file keeps its name in it. */
const targets = (topology: Topology, input: OperationInput): Target[] => {
  const { path: text, file } = input.push ?? nothing
  return onePerHost(topology, input).flatMap((one) => {
    const path = filledPath(text.endsWith('/') ? `${text}${file.name}` : text, one)
    return path === undefined ? [] : [{ host: one.hostId, one, path }]
  })
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/'

const needs = (topology: Topology, input: OperationInput): Needs => {
  const user = userOf(topology, input)
  const files = new Map(targets(topology, input).map(({ host, path }) => [host, path]))
  const of = (host: HostId): Needs['host'][string] => {
    const path = files.get(host)
    const disk = path === undefined ? [] : ([{ probe: 'disk', path: folderOf(path) }] as const)
    return [{ probe: 'system' }, ...(path === undefined ? [] : [{ probe: 'file-as', path, user, hash: true } as const]), ...disk]
  }
  return { host: Object.fromEntries(onePerHost(topology, input).map(({ hostId }) => [hostId, of(hostId)])), cluster: [] }
}

type Found = { host: HostId; path: string; fact: FileFact | undefined }

const stepOf = (
  { host, path, fact }: Found,
  topology: Topology,
  input: OperationInput,
): { kind: 'file-pushed' } & Omit<StepOf<'file-pushed'>, 'id' | 'kind'> => {
  const { file, sudo, mode, backup } = input.push ?? nothing
  const there = fact?.kind === 'file' ? fact : undefined
  const replaces = there?.sha256 ?? null
  const owner = sudo ? (there ? `${there.owner}:${there.group}` : 'root:root') : ''
  return {
    kind: 'file-pushed',
    ...{ host, file, path, user: userOf(topology, input), mode: (mode ?? there?.mode ?? '0644').padStart(4, '0'), owner, replaces },
    backup: backup && replaces !== null && replaces !== file.sha256 ? `${path}.was-${replaces.slice(0, 12)}` : null,
  }
}

const problemsOf = (topology: Topology, facts: OperationFacts, input: OperationInput): Problem[] => {
  const all = onePerHost(topology, input)
  const { path, sudo } = input.push ?? nothing
  const templates = templateProblems(all, path, 'path')
  const relative = all.length > 0 && templates.length === 0 && targets(topology, input).length < all.length
  return [
    ...selectionProblems(topology, input),
    ...unseenHosts(all, facts),
    ...templates,
    ...(relative ? [{ code: 'push.path', severity: 'error', path: 'path', params: { path } } as const] : []),
    ...byHosts(targets(topology, input).flatMap((target) => found(target, topology, facts, input))),
    ...(sudo ? [{ code: 'push.root', severity: 'warning', params: { count: all.length } } as const] : []),
  ]
}

const found = (
  { host, path }: Target,
  topology: Topology,
  facts: OperationFacts,
  input: OperationInput,
): { host: HostId; problem: Problem }[] => {
  const user = userOf(topology, input)
  const fact = facts.hosts[host]?.files[fileKey(user, path)]
  const problem = fact ? (wrong(fact, { path, user }) ?? replaced(fact, path, input)) : undefined
  const full = noSpace(facts, { host, path }, input)
  return [...(problem ? [problem] : []), ...(full ? [full] : [])].map((one) => ({ host, problem: one }))
}

const wrong = (fact: FileFact, { path, user }: { path: string; user: string }): Problem | undefined => {
  const error = (code: string): Problem => ({ code, severity: 'error', path: 'path', params: { path, folder: folderOf(path), user } })
  if (fact.link) return error('push.link')
  if (fact.kind === 'directory') return error('push.folder')
  if (fact.kind === 'other') return error('push.special')
  if (fact.folder === 'absent') return error('push.no-folder')
  if (fact.folder !== 'writable') return error('push.not-writable')
  return fact.kind === 'file' && fact.sha256 === undefined ? error('push.unreadable') : undefined
}

const replaced = (fact: FileFact, path: string, input: OperationInput): Problem | undefined => {
  const { file, backup } = input.push ?? nothing
  if (fact.kind !== 'file') return undefined
  if (fact.sha256 === file.sha256) return { code: 'push.same', severity: 'info', params: { path } }
  const sha256 = fact.sha256?.slice(0, 12) ?? ''
  const params = {
    path,
    bytes: fact.sizeBytes,
    sha256,
    mode: fact.mode,
    owner: `${fact.owner}:${fact.group}`,
    kept: `${path}.was-${sha256}`,
  }
  return { code: backup ? 'push.replaces-kept' : 'push.replaces', severity: 'warning', params }
}

/** The staged content and the fresh file are there at once. */
const noSpace = (facts: OperationFacts, { host, path }: { host: HostId; path: string }, input: OperationInput): Problem | undefined => {
  const disk = facts.hosts[host]?.disks[folderOf(path)]
  const { sizeBytes } = (input.push ?? nothing).file
  if (!disk || disk.freeBytes > 2 * sizeBytes) return undefined
  const mib = (bytes: number): number => Math.ceil(bytes / 2 ** 20)
  return { code: 'push.no-space', severity: 'error', params: { mount: disk.mount, free: mib(disk.freeBytes), wanted: mib(2 * sizeBytes) } }
}
