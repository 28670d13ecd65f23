import { z } from 'zod'
import { wantedPackage } from './api-packages'
import { operationNames } from './plan'
import { jumpInput, reachInput, sshClients } from './ssh-client'
import { ownFilesInput } from './topology/own-files-input'

/**
 * The shapes of the HTTP API. Routes validate with these schemas and the OpenAPI document is made from them;
 * the browser has its types from here. Dates are ISO strings.
 */

export const roles = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof roles)[number]

const iso = z.string()
export const problem = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  path: z.string().optional(),
  line: z.number().optional(),
  column: z.number().optional(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
})

/** Every error of the API. `message` and `hint` are in the language of Accept-Language. */
export const apiError = z.object({ code: z.string(), message: z.string(), hint: z.string(), problems: z.array(problem) })

// --- who -------------------------------------------------------------------------------------
export const setupInput = z.object({
  token: z.string().min(1),
  name: z.string().trim().min(1).max(100),
  email: z.email(),
  password: z.string().min(12).max(200),
})
export const tokenRow = z.object({
  id: z.string(),
  name: z.string(),
  scope: z.enum(roles),
  expiresAt: iso,
  lastUsedAt: iso.nullable(),
  createdAt: iso,
})
export const newToken = z.object({ name: z.string().trim().min(1).max(100), scope: z.enum(roles), days: z.number().int().min(1).max(365) })

export const health = z.object({
  ok: z.boolean(),
  version: z.string(),
  commit: z.string(),
  web: z.object({ ok: z.boolean(), uptimeS: z.number() }),
  runner: z.object({ ok: z.boolean(), beatAgoS: z.number().nullable() }),
  database: z.object({ ok: z.boolean() }),
  disk: z.object({ ok: z.boolean(), freeBytes: z.number() }),
  /** What the runner makes of the audit's chain; says nothing about whether the panel can be used, so `ok` above leaves it out. */
  audit: z.object({
    ok: z.boolean(),
    /** `old`: nobody has verified it for long. `not-yet`: the panel has only just begun. */
    state: z.enum(['sound', 'broken', 'old', 'not-yet']),
    at: iso.nullable(),
    soundUpTo: z.number(),
    findingCount: z.number(),
  }),
})

// --- clusters --------------------------------------------------------------------------------
const worst = z.enum(['ok', 'warn', 'bad', 'unknown', 'stopped'])
export const clusterRow = z.object({
  name: z.string(),
  user: z.string(),
  version: z.string(),
  /** Where its TiUP-compatible export lies. */
  path: z.string(),
  privateKey: z.object({ name: z.string(), fingerprint: z.string() }),
  lifecycle: z.enum(['deploying', 'deployed', 'adopted']),
  revision: z.number(),
  nodes: z.record(z.string(), z.number()),
  worst,
  leader: z.string(),
  /** Number of the job that holds the cluster. */
  runningJob: z.object({ number: z.number(), id: z.string(), operation: z.string(), state: z.string() }).nullable(),
  lastChange: iso,
  statusAt: iso.nullable(),
  /** Instances that do not run the newest revision yet: `revision` is whose configuration each runs. */
  unapplied: z.array(z.object({ instance: z.string(), revision: z.number(), state: z.enum(['files', 'restart']) })),
})
const seen = <T extends z.ZodType>(value: T) =>
  z.object({ value, source: z.enum(['dm-api', 'systemd', 'http', 'topology', 'none']), at: iso.nullable(), why: z.string().optional() })
export const displayRow = z.object({
  id: z.string(),
  role: z.string(),
  patched: z.boolean(),
  host: z.string(),
  hostId: z.string(),
  ports: z.string(),
  osArch: z.string(),
  status: seen(z.string()),
  since: seen(z.string().nullable()),
  dataDir: z.string(),
  deployDir: z.string(),
  name: z.string(),
  source: z.string(),
  version: seen(z.string()),
  unitState: seen(z.string()),
  boots: seen(z.string()).optional(),
  unit: z.string(),
  pid: z.number(),
})
export const clusterDetail = clusterRow.extend({
  sshType: z.string(),
  tls: z.boolean(),
  grafanaUrls: z.array(z.string()),
  adopted: z.boolean(),
  /** null: the default. */
  settings: z.object({
    connectTimeoutS: z.number().nullable(),
    waitTimeoutS: z.number().nullable(),
    concurrency: z.number().nullable(),
    sshClient: z.enum(sshClients).nullable(),
    jump: jumpInput.nullable(),
  }),
  status: z
    .object({
      at: iso,
      rows: z.array(displayRow),
      leader: z.string(),
      worst,
      silent: z.record(z.string(), z.string()),
      membersError: z.string(),
    })
    .nullable(),
  /** Standing warnings of the ledger: mixed programs in a role, overdue hotfixes, programs that lie on the disk only. */
  standing: z.array(problem),
  /** Hosts that still have the key from before the last rotation. */
  formerKeyOn: z.array(z.string()),
  /** Instances that a scale-out left half-joined (finish it by the same scale-out, or remove them), and that a scale-in left half-gone. */
  joining: z.array(z.string()),
  leaving: z.array(z.string()),
  yaml: z.string(),
})
/** `POST /api/clusters/{name}/scale-out/check`: what is wrong with a text of new nodes, and what it would bring. */
export const scaleOutCheck = z.object({
  problems: z.array(z.unknown()),
  instances: z.array(z.unknown()),
  /** What the text names of the user's own files (`rule_dir`, `dashboard_dir`, `config_file`), and which of the given paths fit. */
  files: z.array(z.object({ field: z.string(), path: z.string(), value: z.string(), found: z.array(z.string()) })),
  /** Hosts that the cluster does not have yet: they want a credential. */
  newHosts: z.array(z.object({ address: z.string(), port: z.number() })),
  /** Per component of the new instances: what is installed when nothing is chosen (null: nothing in the store fits), and what may be chosen. */
  packages: z.array(z.object({ component: z.string(), byDefault: z.string().nullable(), others: z.array(z.string()) })),
})

// --- plans -----------------------------------------------------------------------------------
export const askPlan = z.object({ operation: z.enum(operationNames), input: z.unknown(), reach: reachInput.optional() })
export const deployInput = z.object({
  version: z.string(),
  topology: z.string().max(1_000_000),
  /** The user's own files that the topology names (`rule_dir`, `dashboard_dir`, `config_file`): absolute path → text. */
  files: ownFilesInput,
  /** The stored credential by which hosts are logged in to first. */
  credentialId: z.string(),
  /** Codes of preflight problems that the user waives, with a reason. */
  waivers: z.array(z.object({ code: z.string(), host: z.string().optional(), reason: z.string().trim().min(1) })).default([]),
})
/** Hosts are logged in to as the deploy did, unless another credential is named: a one-time one is gone by then. */
export const removeDeployInput = z.object({ credentialId: z.string().optional() })
export const selectInput = z.object({ roles: z.array(z.string()).default([]), nodes: z.array(z.string()).default([]) })

export const planView = z.object({
  id: z.string(),
  cluster: z.string(),
  operation: z.string(),
  state: z.enum(['probing', 'ready', 'failed', 'submitted']),
  hash: z.string().nullable(),
  /** A `Plan` (domain/plan.ts). */
  document: z.unknown().nullable(),
  /** step id → will-run | already | unknown */
  forecast: z.record(z.string(), z.enum(['will-run', 'already', 'unknown'])),
  factsAt: iso.nullable(),
  /** Also in the document; here they are while there is no document. */
  problems: z.array(problem),
  error: z.string().nullable(),
  askedBy: z.string(),
  createdAt: iso,
  jobId: z.string().nullable(),
})
export const planCommand = z.object({ step: z.string(), host: z.string(), commands: z.array(z.string()) })
export const submitPlan = z.object({ confirm: z.string().optional(), consent: z.array(z.string()).default([]) })
export const blobView = z.object({ sha256: z.string(), secret: z.boolean(), text: z.string() })

// --- jobs ------------------------------------------------------------------------------------
export const jobRow = z.object({
  id: z.string(),
  number: z.number(),
  cluster: z.string(),
  operation: z.string(),
  state: z.enum(['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled']),
  planId: z.string(),
  startedBy: z.string(),
  createdAt: iso,
  endedAt: iso.nullable(),
})
export const journalEntry = z.looseObject({
  seq: z.number(),
  at: iso,
  attempt: z.number(),
  kind: z.string(),
  phase: z.string().optional(),
  lane: z.string().optional(),
  step: z.string().optional(),
})
export const answerInput = z.object({
  question: z.string(),
  choice: z.enum(['retry', 'skip', 'give-up', 'continue']),
  reason: z.string().default(''),
})

// --- hosts, credentials, keys ------------------------------------------------------------------
export const credentialRow = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['password', 'key', 'generated-key', 'agent']),
  username: z.string(),
  sudo: z.enum(['root', 'nopasswd', 'password']),
  fingerprint: z.string(),
  oneTimeFor: z.string().nullable(),
  createdBy: z.string(),
  createdAt: iso,
})
export const newCredential = z.object({
  name: z.string().trim().min(1).max(100),
  username: z.string().trim().min(1).max(32),
  sudo: z.enum(['root', 'nopasswd', 'password']),
  password: z.string().max(1000).optional(),
  privateKey: z.string().max(100_000).optional(),
  passphrase: z.string().max(1000).optional(),
  /** A key of the panel's ssh-agent, `type body`; '': whichever a host takes. */
  agent: z.object({ publicKey: z.string().trim().max(20_000) }).optional(),
  /** Wiped at the end of the job of this cluster's next plan. */
  oneTimeFor: z.string().optional(),
})
export const hostKeyRow = z.object({
  address: z.string(),
  port: z.number(),
  keyType: z.string(),
  fingerprint: z.string(),
  confirmedBy: z.string(),
  confirmedAt: iso,
})
export const scannedKey = z.object({
  address: z.string(),
  port: z.number(),
  state: z.enum(['new', 'pinned', 'changed', 'unreachable']),
  keyType: z.string(),
  key: z.string(),
  fingerprint: z.string(),
  pinnedFingerprint: z.string(),
  error: z.string(),
})
export const probeHostsInput = z.object({
  hosts: z
    .array(z.object({ address: z.string().min(1), port: z.number().int().min(1).max(65535) }))
    .min(1)
    .max(500),
  /** Given: after the keys are known, a login is tried too. */
  credentialId: z.string().optional(),
  jump: jumpInput.optional(),
})
export const probedHost = scannedKey.extend({
  login: z.enum(['not-tried', 'ok', 'refused', 'failed']),
  loginError: z.string(),
  os: z.string(),
  arch: z.string(),
  root: z.string(),
})
export const confirmKeys = z.object({
  keys: z.array(z.object({ address: z.string(), port: z.number(), keyType: z.string(), key: z.string() })).min(1),
  /** Replace a pinned key that changed; audited. */
  replace: z.boolean().default(false),
})

/** One of three: a folder below the configured root, an archive that was uploaded, or the machine where tiup runs. */
export const adoptSource = z
  .object({
    path: z.string().min(1).max(4096).optional(),
    /** As `POST /api/adopt/upload` answered. */
    archive: z.uuid().optional(),
    /** `path`: the storage folder there; ~/.tiup/storage/dm of the login user when it is left out. */
    ssh: z
      .object({
        address: z.string().min(1),
        port: z.number().int().min(1).max(65535).default(22),
        credentialId: z.string(),
        path: z.string().startsWith('/').max(4096).optional(),
        jump: jumpInput.optional(),
      })
      .optional(),
  })
  .refine(({ path, archive, ssh }) => [path, archive, ssh].filter((one) => one !== undefined).length === 1, 'one of path, archive, ssh')

// --- packages ---------------------------------------------------------------------------------
export const packageRow = z.object({
  sha256: z.string(),
  component: z.string(),
  version: z.string(),
  os: z.string(),
  arch: z.string(),
  sizeBytes: z.number(),
  entry: z.string(),
  origin: z.enum(['upload', 'mirror', 'hotfix']),
  originDetail: z.string(),
  /** Of a hotfix. */
  ticket: z.string(),
  /** Release Version, as its program said on a host; '' while nobody asked. */
  release: z.string(),
  createdBy: z.string(),
  createdAt: iso,
  usedBy: z.array(z.string()),
})
export const mirrorView = z.object({
  location: z.string(),
  rootVersion: z.number(),
  fingerprint: z.string(),
  confirmed: z.boolean(),
  expires: z.record(z.string(), z.string()),
  components: z.array(z.object({ component: z.string(), platforms: z.record(z.string(), z.array(z.string())) })),
})
export const fetchPackages = z.object({ location: z.string(), wanted: z.array(wantedPackage).min(1) })
/** Work that the runner does for the browser. Poll until it is done or failed. */
export const errandView = z.object({
  id: z.string(),
  kind: z.string(),
  state: z.enum(['queued', 'running', 'done', 'failed']),
  progress: z.unknown().nullable(),
  result: z.unknown().nullable(),
  error: apiError.nullable(),
})

// --- audit ------------------------------------------------------------------------------------
export const auditRow = z.object({
  id: z.string(),
  phase: z.enum(['intent', 'outcome']),
  act: z.string(),
  at: iso,
  actor: z.string(),
  from: z.string(),
  what: z.string(),
  command: z.string(),
  cluster: z.string().nullable(),
  planHash: z.string().nullable(),
  jobId: z.string().nullable(),
  targets: z.array(z.string()),
  result: z.string(),
  number: z.number().nullable(),
  hash: z.string().nullable(),
})
export const auditPage = z.object({
  records: z.array(auditRow),
  nextBefore: z.string().nullable(),
  head: z.object({ number: z.number(), mac: z.string() }),
})

/** Result of `POST /api/audit/verify`: the whole chain, its MACs too, against the head that is kept beside it. */
export type ApiError = z.infer<typeof apiError>
export type ClusterRow = z.infer<typeof clusterRow>
export type ClusterDetail = z.infer<typeof clusterDetail>
export type PlanView = z.infer<typeof planView>
export type JobRow = z.infer<typeof jobRow>
export type CredentialRow = z.infer<typeof credentialRow>
export type ScannedKey = z.infer<typeof scannedKey>
export type ProbedHost = z.infer<typeof probedHost>
export type PackageRow = z.infer<typeof packageRow>
export type MirrorView = z.infer<typeof mirrorView>
export type ErrandView = z.infer<typeof errandView>
export type AuditRow = z.infer<typeof auditRow>
export type TokenRow = z.infer<typeof tokenRow>
export type HealthView = z.infer<typeof health>
