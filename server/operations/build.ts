import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { components } from '@/server/domain/component'
import type { Gate, HealthQuestion } from '@/server/domain/health'
import type { HostId, Instance } from '@/server/domain/instance'
import { downloadName, type PackageInfo } from '@/server/domain/package'
import type { Lane, OperationName, Phase, Plan, PlanHost } from '@/server/domain/plan'
import { defaultConcurrency, hopsOf } from '@/server/domain/ssh-client'
import type { BlobRef, Step, StepKindName } from '@/server/domain/step'
import { hostsOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import type { Part } from '@/server/templates/rendered-file'
import type { OperationInput, PlannedBlob } from './input'

/** Omit that keeps the members of a union apart. */
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

/** A step without its id: the lane gives it one. `subject` is the last part of the id. */
export type Draft = { subject: string; step: Without<Step, 'id'> }

export type LaneDraft = Omit<Lane, 'id' | 'steps' | 'onLeave'> & { steps: readonly Draft[]; onLeave?: readonly Draft[] }
export type PhaseDraft = Omit<Phase, 'id' | 'lanes' | 'width' | 'tolerance'> & {
  lanes: readonly LaneDraft[]
  width?: number
  tolerance?: number
}

/** Numbers phases, lanes and steps: `2.1/10.0.0.3/unit-running/dm-master-8261`. Lanes and phases without content are left out. */
export const phasesOf = (drafts: readonly PhaseDraft[], concurrency = defaultConcurrency): Phase[] =>
  drafts
    .map((draft) => ({ ...draft, lanes: draft.lanes.filter((lane) => lane.steps.length > 0) }))
    .filter((draft) => draft.lanes.length > 0)
    .map((draft, i) => {
      const id = String(i + 1)
      return {
        ...draft,
        id,
        width: draft.width ?? (isLimited(draft) ? Math.min(concurrency, draft.lanes.length) : draft.lanes.length),
        tolerance: draft.tolerance ?? 0,
        lanes: draft.lanes.map((lane, j) => laneOf(`${id}.${j + 1}`, lane)),
      }
    })

/** What starts, stops or waits for others goes side by side, as with TiUP: a master that is alone waits for its majority. */
const isLimited = ({ lanes, uninterruptible }: PhaseDraft): boolean =>
  !uninterruptible && lanes.every(({ gate, steps }) => !gate && steps.every(({ step }) => !together.has(step.kind)))

const together: ReadonlySet<string> = new Set<StepKindName>(['unit-running', 'unit-stopped', 'awaited', 'member-absent'])

const laneOf = (id: string, { onLeave, ...draft }: LaneDraft): Lane => ({
  ...draft,
  id,
  steps: draft.steps.map((one) => withId(id, one)),
  ...(onLeave ? { onLeave: onLeave.map((one) => withId(id, one)) } : {}),
})

const withId = (lane: string, { subject, step }: Draft): Step => {
  const where = 'host' in step ? step.host : 'cluster'
  return { ...step, id: `${lane}/${where}/${step.kind}/${subject}` }
}

export const phase = (word: string, lanes: readonly LaneDraft[], more: Partial<PhaseDraft> = {}): PhaseDraft => ({
  title: { word },
  lanes,
  ...more,
})

/** A lane of the cluster itself that writes one thing into the panel's books. */
export const recordLane = (cluster: string, record: Extract<Step, { kind: 'recorded' }>['record']): LaneDraft => ({
  subject: cluster,
  login: 'deploy',
  steps: [{ subject: record.change, step: { kind: 'recorded', record } }],
})

/** Packages that lie in a host's cache before anything is stopped; each goes there once. */
export const cachedOn = (host: HostId, packages: readonly PackageInfo[]): LaneDraft => ({
  subject: host,
  login: 'deploy',
  steps: packages.map((one) => ({
    subject: downloadName(one),
    step: { kind: 'package-cached', host, sha256: one.sha256, sizeBytes: one.sizeBytes, name: downloadName(one) },
  })),
})

/** The unit's name without `.service`, as ids show it. */
export const unitSubject = (instance: Instance): string => instance.unit.replace(/\.service$/, '')

export const logFiles = (instance: Instance): string[] => components[instance.component].logs.map((file) => `${instance.logDir}/${file}`)

/** The document's frame; hosts are those that its steps touch. */
export const planOf = (
  operation: OperationName,
  topology: Topology,
  input: OperationInput,
  rest: Pick<Plan, 'problems' | 'impact' | 'tiupCommand' | 'destructive'> & { phases: readonly PhaseDraft[] },
): Plan => {
  const phases = phasesOf(rest.phases, input.concurrency)
  const touched = new Set(
    phases.flatMap((one) => one.lanes.flatMap((lane) => [...lane.steps, ...(lane.onLeave ?? [])].flatMap(hostOfStep))),
  )
  return {
    format: 1,
    operation,
    cluster: input.clusterName,
    topologyRevision: input.revision,
    deployUser: topology.global.user,
    hosts: Object.fromEntries(
      hostsOf(topology).flatMap((host) => (touched.has(host.hostId) ? [[host.hostId, planHost(host, input)]] : [])),
    ),
    phases,
    problems: [...(input.problems ?? []), ...rest.problems],
    impact: rest.impact,
    tiupCommand: rest.tiupCommand,
    destructive: rest.destructive,
  }
}

const hostOfStep = (step: Step): HostId[] => ('host' in step ? [step.host] : [])

const planHost = (host: { hostId: HostId; sshPort: number }, input: OperationInput): PlanHost => ({
  address: host.hostId,
  sshPort: host.sshPort,
  ...(input.connectTimeoutS ? { connectTimeoutMs: input.connectTimeoutS * 1000 } : {}),
  ...(input.sshClient ? { client: input.sshClient } : {}),
  ...(input.jump?.length ? { jump: hopsOf(input.jump) } : {}),
  ...(input.given && (input.givenHosts?.includes(host.hostId) ?? true) ? { given: input.given } : {}),
  deploy: input.deploy,
})

/** A text's blob: by the hash of its bytes; one with a secret by the hash of its parts with the secret's name. */
export const blobOf = (parts: readonly Part[], options: { sensitive?: boolean } = {}): PlannedBlob => {
  const secret = options.sensitive === true || parts.some((part) => 'secret' in part)
  const text = parts.map((part) => ('text' in part ? part.text : '')).join('')
  const bytes = utf8ToBytes(text)
  return { sha256: bytesToHex(sha256(secret ? utf8ToBytes(JSON.stringify(parts)) : bytes)), sizeBytes: bytes.length, secret, parts }
}

export const refOf = ({ sha256: hash, sizeBytes, secret }: PlannedBlob): BlobRef => ({ sha256: hash, sizeBytes, secret })

/**
 * A gate with TiUP's patience: how long, and how long without a break, by what is asked. What answers has proved most of it already; who
 * is stopped next is asked for anew (quorum, free worker). A change of members waits longer, on its own (`settledS`).
 */
export const gateOf = (questions: HealthQuestion | readonly HealthQuestion[], input: OperationInput): Gate => {
  const all = 'ask' in questions ? [questions] : questions
  const stableMs = Math.max(...all.map(({ ask }) => stableFor(ask)), (input.rolling?.stableS ?? 0) * 1000)
  return { questions: all, timeoutMs: (input.waitTimeoutS ?? 120) * 1000, stableMs }
}

/** What carries the cluster must hold longer than an idle worker, a monitor, or what can't change any more. Milliseconds. */
const stableFor = (ask: HealthQuestion['ask']): number =>
  ask === 'master-ready' || ask === 'source-bound' || ask === 'subtask-as-before' ? 2000 : 1000

/** A wait of its own, without a time that it must hold: for what DM does at once when it does it. */
export const waitFor = (questions: readonly HealthQuestion[], timeoutS: number, stableMs = 0): Gate => ({
  questions,
  timeoutMs: timeoutS * 1000,
  stableMs,
})

/** The health question of a monitor or exporter. */
export const httpQuestion = (instance: Instance): HealthQuestion => {
  const { health } = components[instance.component]
  return {
    ask: 'http-up',
    instance: instance.id,
    component: instance.component,
    host: instance.hostId,
    unit: instance.unit,
    address: instance.host,
    port: instance.ports[0] ?? 0,
    path: typeof health === 'object' ? health.httpPath : '/',
  }
}
