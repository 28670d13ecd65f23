import type { ClusterFacts, HostFacts } from '@/server/domain/facts'
import type { PushedFile } from '@/server/domain/files'
import type { HostId, InstanceId } from '@/server/domain/instance'
import type { LedgerEntry } from '@/server/domain/ledger'
import type { PackageInfo } from '@/server/domain/package'
import type { Login, OperationName, Plan } from '@/server/domain/plan'
import type { ClusterProbe, HostProbe } from '@/server/domain/probe'
import type { Problem } from '@/server/domain/problem'
import type { JumpInput, SshClient } from '@/server/domain/ssh-client'
import type { DmctlFile, StepId } from '@/server/domain/step'
import type { KeptFiles } from '@/server/domain/topology/own-files'
import type { Topology } from '@/server/domain/topology/topology'
import type { Backup, OpenUpgrade } from '@/server/domain/upgrade'
import type { Part } from '@/server/templates/rendered-file'

/** All that a planner is given besides topology and facts. No secret: credentials and passwords by their names. */
export type OperationInput = {
  clusterName: string
  /** Normalised: `v8.5.0`. */
  version: string
  /** Revision of the topology; 0 for a cluster that does not exist yet. */
  revision: number
  /** How the deploy user is logged in to. */
  deploy: Login
  /** How hosts are logged in to before that works. */
  given?: Login
  /** deploy: the deploy user's public key, `type body`. */
  publicKey?: string
  /** deploy: what may be installed; per component, version and platform the first fitting one is. */
  packages?: readonly PackageInfo[]
  /** deploy: names of the stored Grafana passwords, by instance. */
  grafanaSecrets?: Readonly<Record<InstanceId, string>>
  /** The user's own rule, dashboard and Alertmanager files by absolute path. */
  localTexts?: Readonly<Record<string, string>>
  /** deploy: preflight problems that the user waived, with a reason. */
  waivers?: readonly { code: string; host?: string }[]
  /** Found before planning (by the topology's reader, against other clusters); they lead the plan's problems. */
  problems?: readonly Problem[]
  /** start, stop: both empty is everything; both given is their intersection. */
  roles?: readonly string[]
  nodes?: readonly string[]
  /** Bound of gates, in seconds; 120 by default. */
  waitTimeoutS?: number
  /** restart: all at once, as TiUP does. */
  atOnce?: boolean
  /** How a rolling operation goes on; `rollingDefaults` where it is not given. */
  rolling?: Rolling
  /** Bound of leader and source hand-over, in seconds; 600 by default, as TiUP's `--transfer-timeout`. */
  transferTimeoutS?: number
  /** dmctl that moves sources and asks for tasks; undefined when the store has none that fits. */
  dmctl?: PackageInfo
  /** Measured before: how long a restart of a worker paused its source, in seconds; the median of the last ones. */
  measured?: { sourcePauseS?: number; masterRestartS?: number }
  /** What this panel put on the cluster's instances, oldest first. */
  ledger?: readonly LedgerEntry[]
  /** upgrade, rollback: to where. `packages` holds what the store has. */
  upgrade?: UpgradeWish
  /** Bound of a TCP connection, in seconds, and who holds it; the transport's by default. */
  connectTimeoutS?: number
  sshClient?: SshClient
  /** Hosts at once, of what is neither started nor stopped; 5 by default. */
  concurrency?: number
  /** Jump hosts to all hosts. */
  jump?: JumpInput
  /** patch: what was asked for; `packages` is then all that the store has. */
  patch?: PatchAsked
  /** Hosts that are logged in to with `given` first; all of them where it is not said. */
  givenHosts?: readonly HostId[]
  /** scale-out: the new instances among the topology's, their text with secrets masked, and the packages that go before others. */
  joining?: { ids: readonly InstanceId[]; yaml: string; prefer: readonly PackageInfo[]; files?: KeptFiles }
  /** reload: which of the selected instances are restarted; those that still run an older configuration, or only have its files. */
  reload?: { restart: 'changed' | 'all' | 'none' }
  unapplied?: Readonly<Record<InstanceId, 'files' | 'restart'>>
  /** scale-in: hosts that are lost are left as they are. */
  force?: boolean
  /** scale-in: workers that may leave their source without one. */
  unbound?: readonly InstanceId[]
  /** prune: stale members by name; all without any. */
  members?: readonly string[]
  /** scale-in: what former jobs made on the hosts, oldest first (`deedsOf`). */
  deeds?: readonly { plan: Plan; made: Readonly<Record<StepId, readonly string[]>> }[]
  /** destroy: nodes (`host` or `host:port`) and roles whose data stays. */
  retain?: { nodes: readonly string[]; roles: readonly string[] }
  /** destroy: the deploy user stays though it could go. */
  keepAccount?: boolean
  /** destroy: packages by sha256 that other clusters may want from a host's cache. */
  keepPackages?: readonly string[]
  /** destroy: packages that reviews bring to a host's cache without a job (dmctl), and hosts where other clusters may want them. */
  borrowed?: { packages: readonly string[]; sharedHosts: readonly HostId[] }
  /** clean: what is deleted, and of whom not. */
  clean?: { data: boolean; logs: boolean; ignoreNodes: readonly string[]; ignoreRoles: readonly string[] }
  /** exec: what is run on each host. */
  exec?: { command: string; sudo: boolean; timeoutS: number; atOnce: number }
  /** push: which file goes where. */
  push?: { file: PushedFile; path: string; sudo: boolean; mode?: string; backup: boolean; atOnce: number }
  /** pull: which files; `roomBytes`: as many can be kept. */
  pull?: { paths: readonly string[]; sudo: boolean; atOnce: number; roomBytes: number }
  /** dmctl: a line that parses, with what is known of its files; `run` names this very run, `dmctl` is the program. */
  typed?: { line: string; run: string; version: string; host?: string; files: readonly DmctlFile[]; seconds: number }
  /** manage: packages by sha256 that tiup gives to later scale-outs of their role. */
  manage?: { rolePackages: readonly string[] }
  /**
   * rotate-ssh: `deploy` is the login by the new key, `given` by the former one. `finish`: the cluster has the new one already; only these
   * hosts still have the former.
   */
  rotate?: { publicKey: string; former: { credentialId: string; publicKey: string }; leaveAway: boolean; finish?: readonly HostId[] }
  /** rename: the new name; `clusterName` is the former. */
  renameTo?: string
  /** scale-out, redeploy: what the panel knows of the masters' key file: DM's former key, or a stored one by its name; and its hash. */
  keyFile?: { stored?: string; sha256: string }
  /** The name under which the cluster's secrets are stored, where that is another: one that it had before. */
  secretsOf?: string
  /** remove-deploy: the deploy's plan, and what each step that acted made (`deedsOf`; `already` steps are not in it). */
  donePlan?: Plan
  made?: Readonly<Record<StepId, readonly string[]>>
}

export type PatchAsked = {
  /** By sha256; none with `to`. */
  packages: readonly string[]
  /** Each instance goes back to what it had before. */
  to?: 'former' | undefined
  /** Later scale-outs of the role get the packages too. */
  overwrite: boolean
  /** Only the disk. */
  offline: boolean
  ticket?: string | undefined
  notes?: string | undefined
  due?: string | undefined
}

/** Where an upgrade goes, or its way back. */
export type UpgradeWish = {
  /** Normalised. */
  to: string
  /** Of a cluster that is stopped: only the disk. */
  offline: boolean
  /** Asks the operator once more before the last master: after it a master of the new version leads. */
  pauseBeforeLast: boolean
  /** Packages that go before others of the same component, version and platform. */
  prefer: readonly string[]
  /** Exports sources and tasks first, by this dmctl; undefined: no package fits, or it was not wanted. */
  exportBy?: PackageInfo
  /** Name of the stored key by which masters from v8.0.0 on read encrypted passwords. */
  secretKey?: string
  /** Instead of a key of its own: DM's former fixed one, by which all passwords that are encrypted stay valid. */
  formerKey?: true
  /** Of sources and tasks, where v8.0.0 is crossed: names of those with encrypted passwords, and of those that the key does not open. */
  passwords?: { encrypted: readonly string[]; closed: readonly string[] } | { unknown: string }
  /** finalise: packages that stay in the hosts' caches, for other clusters have them too, or because it was asked for. */
  keep?: readonly string[]
  /** redeploy: into which folders, and what is brought back. */
  back?: RedeployWish
  /** The upgrade that is open: from where to where, and whether a master of the new version has led for sure. */
  open?: OpenUpgrade
}

export type RedeployWish = {
  /** Behind the folders that masters and workers have now. */
  suffix: string
  /** `secret`: name of the stored archive. Undefined: the upgrade took none. */
  backup?: Backup & { secret: string }
  /** dmctl by which it is imported; undefined: no package fits. */
  importBy?: PackageInfo
}

/** Pace of a rolling operation. */
export type Rolling = {
  /** Workers at once. Masters go one by one, always. */
  batch: number
  /** Asks the operator after the first master and the first worker. */
  canary: boolean
  /** So many failed instances per phase are left behind without asking. */
  tolerance: number
  /** At least so long, in seconds, each gate must hold. */
  stableS?: number | undefined
}

export const rollingDefaults: Rolling = { batch: 1, canary: true, tolerance: 0 }

export type OperationFacts = { hosts: Readonly<Record<HostId, HostFacts>>; cluster?: ClusterFacts }

export type Needs = { host: Readonly<Record<HostId, readonly HostProbe[]>>; cluster: readonly ClusterProbe[] }

/** Content of a file step, to be stored under its hash before the plan is ready. */
export type PlannedBlob = { sha256: string; sizeBytes: number; secret: boolean; parts: readonly Part[] }

/** A verb: what must be seen, what stands against it, and the document. Pure; `plan` may be shown even with problems. */
export type Operation = {
  name: OperationName
  needs(topology: Topology, input: OperationInput): Needs
  validate(topology: Topology, facts: OperationFacts, input: OperationInput): Problem[]
  plan(topology: Topology, facts: OperationFacts, input: OperationInput): { plan: Plan; blobs: PlannedBlob[] }
}
