import type { ComponentName } from './component'
import type { FolderPart } from './facts'
import type { PushedFile } from './files'
import type { Gate } from './health'
import type { HostId, InstanceId, Lifecycle } from './instance'
import type { LedgerNote } from './ledger'
import type { Entries } from './topology/entries'
import type { KeptFiles } from './topology/own-files'
import type { LeftFolder, MasterSeen } from './upgrade'

/** A text in the blob store, by its hash. `secret` ones are never shown and their hash is not either. */
export type BlobRef = { sha256: string; sizeBytes: number; secret: boolean }

/** DM's former fixed key, or the credential that holds another one. */
export type KeyFile = 'former' | { credentialId: string }

/** Stable and unique in a plan: `2.1/10.0.0.3/unit-running/dm-master-8261`. */
export type StepId = string

/** What a `recorded` step changes in the panel's own books, in the transaction of its `done` entry. */
export type Change =
  | { change: 'lifecycle'; instance: InstanceId; to: Lifecycle | 'gone' }
  /** New entries, as `joining`. `yaml`: the user's text of them, secrets masked. `instances`: their ids, for the title. */
  | { change: 'topology-joined'; entries: Entries; yaml: string; instances: string; files?: KeptFiles }
  | { change: 'cluster-deployed'; version: string }
  | { change: 'cluster-removed' }
  /** The last thing of its job: all that is kept of the cluster goes by the new name. */
  | { change: 'cluster-renamed'; to: string }
  /** What tiup managed is the panel's from here on. */
  | { change: 'cluster-managed'; runState: 'running' | 'stopped' | 'partly' }
  /** `ledger`: how it came there; without it the operation's name says so. */
  | { change: 'installed'; instance: InstanceId; packageSha256: string; entrySha256: string; ledger?: LedgerNote }
  /** TiUP's mark: the instance does not run what its cluster's version says. */
  | { change: 'patched'; instance: InstanceId; patched: boolean }
  /** What a later scale-out of the role gets on this platform; null: the release's own again. TiUP's `patch/` link. */
  | { change: 'role-package'; component: ComponentName; os: string; arch: string; packageSha256: string | null }
  | { change: 'run-state'; to: 'running' | 'stopped' | 'partly' }
  /** An upgrade begins: from here on there is a way back by binaries, until a master of the new version has led. */
  | { change: 'upgrade-began'; from: string; to: string }
  | { change: 'upgrade-led' }
  /** `secretKey`: from now on every master's configuration names a key file. `keyFile`: what is in it, for masters that come later. */
  | { change: 'cluster-version'; version: string; secretKey?: true; keyFile?: KeyFile }
  /** The files of this revision lie on the instance's host; its process is older. */
  | { change: 'config-written'; instance: InstanceId; revision: number }
  /** And nothing older runs there. */
  | { change: 'config-applied'; instance: InstanceId; revision: number }
  | { change: 'upgrade-finalised' }
  /** `dropKey`: that version does not know `secret-key-path`. */
  | { change: 'upgrade-rolled-back'; version: string; dropKey?: true }
  /** What was seen of upgraded masters when a turn ended; one that had led by then, or leads, ends the way back by binaries. */
  | { change: 'upgrade-seen'; instance: InstanceId; seen: Omit<MasterSeen, 'at'> }
  /** dm-master and dm-worker get folders of their own beside the present ones, and the former version. */
  | { change: 'redeploy-began'; version: string; suffix: string; dropKey: boolean; left: readonly LeftFolder[] }
  | { change: 'redeployed'; version: string }
  /** From now on the cluster is reached by this credential; all its hosts have the former one's key still. */
  | { change: 'key-switched'; credentialId: string; former: FormerKey }
  /** This host refuses it. */
  | { change: 'former-key-gone'; credentialId: string; host: HostId }

/** A login that was the deploy user's before: whose key still lies on `hosts`. */
export type FormerKey = { credentialId: string; publicKey: string; hosts: readonly HostId[] }

/** dmctl in a host's package cache, the deploy user that runs it, and the masters that it talks to (`10.0.0.1:8261`). */
export type DmctlRef = { packageSha256: string; entry: string; user: string; masters: readonly string[] }

/** A file of a command line, without what is in it; `about`: what it is, as far as that is no secret. */
export type DmctlFile = { name: string; sizeBytes: number; about: string }

/** A rendered file that goes with an export: where it lies, and its text in the blob store. */
export type ExportedFile = { host: HostId; path: string; blob: string }

/** A condition that must hold whenever it is asked; never skipped by the journal (architecture, rule 2). */
export type Guard =
  | { guard: 'platform'; os: string; arch: string }
  | { guard: 'systemd' }
  | { guard: 'root' }
  /** Nothing listens there, or only the named unit does. */
  | { guard: 'port-free-or-ours'; port: number; unit: string }
  | { guard: 'disk-free'; path: string; bytes: number }
  | { guard: 'unit-known'; unit: string }
  /** As at review, or as this job makes it: nobody else has changed it since. */
  | { guard: 'file-is'; path: string; oneOf: readonly string[] }
  /** Without this master the ones that are alive now still have the majority of `masters`; one that `leaves` is no longer registered then. */
  | { guard: 'quorum-without'; name: string; masters: number; leaves?: true }
  /** Something lies there. */
  | { guard: 'path-present'; path: string }
  /** No other service of the host runs as this user. */
  | { guard: 'user-unused'; user: string; except: readonly string[] }
  /** None of these tasks is in a full dump or load. */
  | { guard: 'not-loading'; tasks: readonly string[] }
  /** These sources are bound and these tasks run: DM can read the passwords of both. */
  | { guard: 'passwords-read'; sources: readonly string[]; tasks: readonly { task: string; source: string }[] }

type OnHost<K extends string, F> = { kind: K; id: StepId; host: HostId } & F
type OnCluster<K extends string, F> = { kind: K; id: StepId } & F

/** A goal: closed union, serialisable, no function, no clock, no secret. Its behaviour is in `server/steps/<kind>.ts`. */
export type Step =
  | OnHost<'guard', { asks: Guard }>
  | OnHost<'user-present', { user: string; group: string }>
  | OnHost<'user-absent', { user: string; group: string }>
  | OnHost<'authorized-key', { user: string; key: string }>
  | OnHost<'authorized-key-absent', { user: string; key: string }>
  /** Missing parents are made too, each new level owned by owner:group. */
  | OnHost<'directory', { path: string; mode: string; owner: string; group: string }>
  /** `check`: argv run as root before it goes live; `{staged}` is the staged file's path. */
  | OnHost<'file', { path: string; content: BlobRef; mode: string; owner: string; group: string; check?: readonly string[] }>
  | OnHost<'package-cached', { sha256: string; sizeBytes: number; name: string }>
  /** The package is unpacked and verified beside what is live in `into`. Stops nothing; `binaries` then only renames. */
  | OnHost<
      'binaries-staged',
      { packageSha256: string; name: string; into: string; entry: string; entrySha256: string; owner: string; group: string }
    >
  /** `into` holds the unpacked package, `into/entry` has that hash and is executable. */
  | OnHost<
      'binaries',
      { packageSha256: string; name: string; into: string; entry: string; entrySha256: string; owner: string; group: string }
    >
  | OnHost<'unit-enabled', { unit: string; enabled: boolean }>
  /** `started`: 'any' when it only must run; 'this-turn' when it must have been started after its lane's turn began. */
  | OnHost<
      'unit-running',
      {
        unit: string
        started: 'any' | 'this-turn'
        logs: readonly string[]
        /** After a swap: the running process must be this program. A reboot before the swap may have started the former one. */
        exeSha256?: string
      }
    >
  | OnHost<'unit-stopped', { unit: string }>
  /** Refuses depth < 2, mount points, links. `onlyEmpty`: removed only when nothing is left in it, else left as it is. */
  | OnHost<'path-absent', { path: string; onlyEmpty: boolean }>
  /** Nothing of this part lies in the folder any more; the folder stays. Refuses links, mount points below it, the system's folders. */
  | OnHost<'contents-absent', { path: string; only: FolderPart }>
  /** Evict: this master resigns and does not campaign until cancelled or restarted. Asked of that very master. */
  | OnCluster<'leader-not-here', { instance: InstanceId; host: HostId; address: string; port: number }>
  | OnCluster<'evict-cancelled', { instance: InstanceId; host: HostId; address: string; port: number }>
  /** No source is bound to this worker: each is moved to a free online one, chosen when its turn comes. dmctl runs on `host`. `not`: workers that leave too. */
  | OnHost<'source-bound-elsewhere', { instance: InstanceId; name: string; dmctl: DmctlRef; timeoutMs: number; not?: readonly string[] }>
  /**
   * DM lists no such member. The leader is told so by a call from `host`; `masters`: how many there are with it. `unit`: of a master whose
   * own host this is; a refused call takes it out of the elections until it is restarted.
   */
  | OnHost<'member-absent', { type: 'master' | 'worker'; name: string; masters: number; unit?: string }>
  /**
   * dmctl's `config export` is in the store, sealed, with `files` as they were rendered for `version`; nothing of it is left on the host,
   * where it lay at `kept`.
   */
  | OnHost<'config-exported', { dmctl: DmctlRef; kept: string; version: string; revision: number; files: readonly ExportedFile[] }>
  /**
   * DM has the sources and tasks of an export, which is unsealed onto the host for that moment (`archive`: base64 of a tar.gz). Those that
   * are there already are left as they are. Relay is not among it.
   */
  | OnHost<'config-imported', { dmctl: DmctlRef; archive: BlobRef; sources: readonly string[]; tasks: readonly string[] }>
  /**
   * The books know what was seen of a master of the new version (`exeSha256`) at the end of its turn: whether it leads, how often it has led,
   * which start of its unit this is. What is silent is noted as unknown; it never fails for that.
   */
  | OnHost<'leadership-noted', { instance: InstanceId; name: string; unit: string; exeSha256: string }>
  /**
   * The user's own text has run, once, by `/bin/sh -c`, and has ended with 0: as the deploy user without new privileges, or as root.
   * Neither to be observed nor to be repeated.
   */
  | OnHost<'command', { command: string; sudo: boolean; seconds: number }>
  /**
   * An uploaded file lies at `path`, put there by `user` (root, or the deploy user without new privileges). `replaces`: sha256 of what lay
   * there at review; another content is left alone. `backup`: where that one is kept. `owner`: `user:group`, by root only.
   */
  | OnHost<
      'file-pushed',
      { file: PushedFile; path: string; user: string; mode: string; owner: string; replaces: string | null; backup: string | null }
    >
  /** A file's bytes, as they are when its turn comes, lie in the panel's data folder, read by `user`. Read anew after a crash. */
  | OnHost<'file-pulled', { path: string; user: string; sizeBytes: number; limitBytes: number }>
  /**
   * A line that the user typed for dmctl has run, once, and DM has said yes. `files` are in `content` (base64 of a tar.gz, a secret): they lie on
   * the host, below `box`, for that one call.
   */
  | OnHost<
      'dmctl',
      {
        dmctl: DmctlRef
        line: string
        words: readonly string[]
        files: readonly DmctlFile[]
        content?: BlobRef
        box: string
        seconds: number
      }
    >
  /** A fresh connection of this user is accepted by this credential, just now. */
  | OnHost<'login-works', { user: string; credentialId: string }>
  /** A fresh connection by it is refused, and the books know. */
  | OnHost<'login-refused', { user: string; credentialId: string }>
  /** Waits until the gate's questions hold; does nothing itself. */
  | OnHost<'awaited', { gate: Gate }>
  | OnCluster<'recorded', { record: Change }>

export type StepKindName = Step['kind']
export type StepOf<K extends StepKindName> = Extract<Step, { kind: K }>

/** What a step may do. */
export type Act =
  | { act: 'exec'; argv: readonly string[]; stdin?: string; as: 'root' | 'deploy'; deadlineMs: number }
  /** The user's own text, for `/bin/sh -c`; its output and exit status are the result. */
  | { act: 'command'; command: string; as: 'root' | 'deploy'; seconds: number }
  /** dmctl with the user's words; what it prints is kept, and its answer decides. */
  | { act: 'dmctl'; argv: readonly string[]; deadlineMs: number }
  /** Content goes to a staged name only; an exec makes it live. `path` is the staged path, owned by root 0600 until then. */
  | {
      act: 'put'
      content: { blob: BlobRef } | { package: string; sizeBytes: number } | { kept: PushedFile; sizeBytes: number }
      path: string
    }
  | { act: 'http'; from: HostId; address: string; port: number; method: 'GET' | 'PUT' | 'POST' | 'DELETE'; path: string; body?: string }
  | { act: 'record'; change: Change }
  /** Connects, logs in and leaves, past all connections that there are. */
  | { act: 'login'; user: string; credentialId: string; expect: 'works' | 'refused' }
  /** Reads a file as this user, in pieces, into the panel's data folder. */
  | { act: 'pull'; path: string; user: string; limitBytes: number }
  /** Reads a file of root's and keeps it sealed in the store; its content is neither journalled nor shown. */
  | { act: 'keep-export'; path: string; version: string; revision: number; files: readonly ExportedFile[] }
