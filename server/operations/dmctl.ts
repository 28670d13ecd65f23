import type { DmctlLine } from '@/server/domain/dmctl/line'
import type { Impact } from '@/server/domain/plan'
import type { Step } from '@/server/domain/step'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { idHash, panelRoot } from '@/server/steps/staging'
import { blobOf, cachedOn, type Draft, phase, planOf, refOf } from './build'
import { dmctlProblems, lineOf } from './dmctl-problems'
import type { Needs, Operation, OperationFacts, OperationInput, PlannedBlob } from './input'
import { dmctlHost, dmctlRef } from './sources'

/**
 * One line for dmctl, on a master's host, as the deploy user. It holds no cluster: a task may have to be resumed while a rolling operation waits
 * for it. A line that failed is not asked about: DM's answer is the result.
 */
export const dmctl: Operation = {
  name: 'dmctl',
  needs: (topology, input) => needs(topology, input),
  validate: (topology, facts, input) => dmctlProblems(topology, facts, input),
  plan: (topology, facts, input) => {
    const host = dmctlHost(topology, input.typed?.host)
    const line = lineOf(input)
    const blob = line && line.files.length > 0 ? contentOf(input) : undefined
    const box = `${panelRoot}/dmctl.${idHash(input.typed?.run ?? '')}`
    const step = line && stepOf(topology, input, { line, host, box, ...(blob && { blob }) })
    const left: Draft = { subject: 'dmctl', step: { kind: 'path-absent', host, path: box, onlyEmpty: false } }
    const kept: Draft = { subject: 'export', step: { kind: 'path-absent', host, path: keptAt(input), onlyEmpty: false } }
    const lanes =
      step && input.dmctl
        ? [
            {
              ...cachedOn(host, [input.dmctl]),
              steps: [...cachedOn(host, [input.dmctl]).steps, step],
              onLeave: [isExport(line) ? kept : left],
            },
          ]
        : []
    const plan = planOf('dmctl', topology, input, {
      phases: [phase('plan.dmctl', lanes, { tolerance: lanes.length, failsJob: true })],
      problems: dmctlProblems(topology, facts, input),
      impact: impactOf(topology, facts, line),
      tiupCommand: commandOf(topology, input, line),
      destructive: false,
    })
    return { plan, blobs: blob ? [blob] : [] }
  },
}

const needs = (topology: Topology, input: OperationInput): Needs => ({
  host: { [dmctlHost(topology, input.typed?.host)]: [{ probe: 'system' }] },
  cluster: [{ probe: 'members' }, ...(input.dmctl ? [{ probe: 'tasks' as const, dmctl: input.dmctl.sha256 }] : [])],
})

const isExport = (line: DmctlLine | undefined): boolean => line?.command.name === 'config export'

const keptAt = ({ typed }: OperationInput): string => `${panelRoot}/exports/${idHash(`dmctl ${typed?.run ?? ''}`)}.tar.gz`

/** The secret in which a run's files lie. */
export const dmctlSecret = (run: string): string => `dmctl:${run}`

const contentOf = ({ typed }: OperationInput): PlannedBlob => blobOf([{ secret: dmctlSecret(typed?.run ?? '') }])

type At = { line: DmctlLine; host: string; box: string; blob?: PlannedBlob }

/** An export goes sealed into the panel's store, for it has every password in plain text. */
const stepOf = (topology: Topology, input: OperationInput, { line, host, box, blob }: At): Draft | undefined => {
  const ref = dmctlRef(topology, input)
  const { typed, version, revision } = input
  if (!ref || !typed) return undefined
  // Of this very run: two lines may be run at the same moment.
  const subject = idHash(typed.run).slice(0, 8)
  if (isExport(line))
    return { subject, step: { kind: 'config-exported', host, dmctl: ref, kept: keptAt(input), version, revision, files: [] } }
  const { words, shown } = line
  const files = typed.files.filter(({ name }) => line.files.includes(name))
  const step: Omit<Extract<Step, { kind: 'dmctl' }>, 'id'> = {
    ...{ kind: 'dmctl', host, dmctl: ref, line: shown, files, box, seconds: typed.seconds },
    words: line.command.name === 'config import' ? ['config', 'import', '-p', 'in'] : words,
    ...(blob && { content: refOf(blob) }),
  }
  return { subject, step }
}

const stopping: ReadonlySet<string> = new Set(['pause-task', 'stop-task', 'operate-source stop', 'transfer-source'])

/** The sources whose replication stops or pauses: those that are named, or all of the tasks that are. */
const impactOf = (topology: Topology, { cluster }: OperationFacts, line: DmctlLine | undefined): Impact => {
  if (!line || !stopping.has(line.command.name)) return { sources: [], masterOutageS: 0 }
  const { task, source } = line.named
  const hit = (cluster?.tasks ?? []).filter(
    (one) => (task.length === 0 || task.includes(one.task)) && (source.length === 0 || source.includes(one.source)),
  )
  const names = [...new Set(hit.map((one) => one.source))]
  const ids = new Map(instancesOf(topology).map(({ name, id }) => [name, id]))
  const workerOf = (name: string): string => cluster?.members?.workers.find((one) => one.source === name)?.name ?? ''
  return { sources: names.map((name) => ({ source: name, worker: ids.get(workerOf(name)) ?? workerOf(name) })), masterOutageS: 0 }
}

/** As TiUP runs it. */
const commandOf = (topology: Topology, input: OperationInput, line: DmctlLine | undefined): string =>
  `tiup dmctl:${input.typed?.version ?? input.version} --master-addr ${dmctlRef(topology, input)?.masters.join(',') ?? ''} ${line?.shown ?? ''}`
