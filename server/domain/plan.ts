import type { FolderPart } from './facts'
import type { Gate } from './health'
import type { HostId, InstanceId } from './instance'
import type { Problem } from './problem'
import type { Hop, SshClient } from './ssh-client'
import type { Step } from './step'
import type { Words } from './words/words'

export const operationNames = [
  'deploy',
  'start',
  'stop',
  'restart',
  'reload',
  'patch',
  'scale-out',
  'scale-in',
  'prune',
  'upgrade',
  'rollback',
  'redeploy',
  'finalise',
  'enable',
  'disable',
  'clean',
  'destroy',
  'rename',
  'manage',
  'exec',
  'dmctl',
  'push',
  'pull',
  'rotate-ssh',
  'remove-deploy',
] as const
export type OperationName = (typeof operationNames)[number]

/** Operations that hold no cluster: they change nothing that another one goes by, and run beside a job. */
const beside: ReadonlySet<string> = new Set<OperationName>(['exec', 'dmctl', 'push', 'pull'])
export const runsBeside = (operation: string): boolean => beside.has(operation)

/** How a host is logged in to; names a stored credential, never holds a secret. */
export type Login = {
  user: string
  credentialId: string
  /** How root is had: the user is root, sudo asks nothing, or sudo wants the credential's password. */
  sudo: 'root' | 'nopasswd' | 'password'
}

export type PlanHost = {
  address: string
  sshPort: number
  /** The cluster's own bound for a TCP connection. */
  connectTimeoutMs?: number
  /** Who holds the connection, where the operation, the cluster or its topology says so. */
  client?: SshClient
  /** Jump hosts on the way to it, the first one first. */
  jump?: readonly Hop[]
  /** The credential that the user gave, until the deploy user's key works. */
  given?: Login
  deploy: Login
}

/** Order inside a lane is kept; lanes of a phase run side by side, at most `width` at once. */
export type Lane = {
  /** `2.1` */
  id: string
  /** What is shown: a host or an instance id. */
  subject: string
  login: 'given' | 'deploy'
  /** The instance whose unit's incarnation is taken when the lane begins. */
  instance?: InstanceId
  steps: readonly Step[]
  /** The lane has ended when its gate holds. */
  gate?: Gate
  /** Run as soon as the lane ends or stops, whatever its outcome. */
  onLeave?: readonly Step[]
}

export type Phase = {
  id: string
  title: Words
  lanes: readonly Lane[]
  width: number
  /** More failed lanes than this: no new lane begins, and a question is asked. */
  tolerance: number
  /** Lane numbers (1-based) after which the operator is asked to continue. */
  pauseAfter?: readonly number[]
  /** A lane that fails makes the whole job end as failed, without a question. */
  failsJob?: true
  /** Finishes what it began: a cancel waits for the phase's end. */
  uninterruptible?: boolean
}

export type Impact = {
  /** Sources whose replication stops or pauses, as bound when last looked. */
  sources: readonly { source: string; worker: InstanceId }[]
  /** The API of DM-master does not answer for about this long. 0: it always does. null: not until somebody starts it again. */
  masterOutageS: number | null
  /** What is deleted with what is in it, and what is kept on purpose. */
  deletes?: readonly Deletion[]
}

/** A folder of an instance, and how much lies in it as seen at review; null: that could not be counted in time. */
export type Deletion = {
  host: HostId
  instance: InstanceId
  path: string
  only: FolderPart
  bytes: number | null
  kept?: true
}

/** Immutable; its sha256 over canonical JSON is its identity. The engine executes it and cannot re-plan. */
export type Plan = {
  format: 1
  operation: OperationName
  cluster: string
  /** Revision of the topology that it was made from; 0 for a cluster that does not exist yet. */
  topologyRevision: number
  /** The user deploys as, and the group. */
  deployUser: string
  hosts: Readonly<Record<HostId, PlanHost>>
  phases: readonly Phase[]
  problems: readonly Problem[]
  impact: Impact
  /** The equal `tiup dm` line. */
  tiupCommand: string
  /** The user must type the cluster's name. */
  destructive: boolean
}

/** All steps of a plan in order of phases and lanes, `onLeave` steps after their lane's own. */
export const stepsOf = (plan: Plan): Step[] =>
  plan.phases.flatMap((phase) => phase.lanes.flatMap((lane) => [...lane.steps, ...(lane.onLeave ?? [])]))
