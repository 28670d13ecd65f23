import { z } from 'zod'
import { deployInput, removeDeployInput, selectInput } from './api'
import { componentNames } from './component'
import { dmctlInput } from './dmctl/input'
import type { OperationName } from './plan'
import { ownFilesInput } from './topology/own-files-input'

/** Problems that the user waives, each with a reason; `host`: only what is said of that host. */
const waivers = z.array(z.object({ code: z.string(), host: z.string().optional(), reason: z.string().trim().min(1) })).default([])

/** Why what was waived was waived, for the audit: `rolling.loading: …; preflight.clock on 10.0.0.1: …`. '' when nothing was. */
export const waiverReasons = (input: unknown): string => {
  const read = z.object({ waivers }).safeParse(input)
  return (read.data?.waivers ?? [])
    .map(({ code, host, reason }) => `${code}${host === undefined ? '' : ` on ${host}`}: ${reason}`)
    .join('; ')
}

/** Pace and patience of an operation that takes instances down one after another. Seconds. */
export const rollingInput = z.object({
  rolling: z
    .object({
      batch: z.number().int().min(1).max(64).default(1),
      canary: z.boolean().default(true),
      tolerance: z.number().int().min(0).max(64).default(0),
      stableS: z.number().int().min(0).max(3600).optional(),
    })
    .optional(),
  waitTimeoutS: z.number().int().min(5).max(86_400).optional(),
  transferTimeoutS: z.number().int().min(5).max(86_400).optional(),
  waivers,
})

export const restartInput = z.object({ ...selectInput.shape, ...rollingInput.shape, atOnce: z.boolean().default(false) })

/** reload: `restart`: instances whose files change, or that still run former ones; all of the selected; or none (`--skip-restart`). */
export const reloadInput = z.object({
  ...selectInput.shape,
  ...rollingInput.shape,
  restart: z.enum(['changed', 'all', 'none']).default('changed'),
})

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/**
 * patch: packages by sha256, one per component and platform, or `to: 'former'`: each instance goes back to what it had before, and
 * without roles and nodes only those that are patched. Neither roles nor nodes: all instances of the packages' components.
 */
export const patchInput = z
  .object({
    ...selectInput.shape,
    ...rollingInput.shape,
    packages: z.array(sha256).max(64).default([]),
    to: z.literal('former').optional(),
    /** Later scale-outs of the role get these packages too. */
    overwrite: z.boolean().default(false),
    /** Only the disk: nothing is stopped or started. */
    offline: z.boolean().default(false),
    /** The hotfix package's own where it is left out. */
    ticket: z.string().trim().max(200).optional(),
    notes: z.string().trim().max(4000).optional(),
    /** Day by which an official release should replace it. */
    due: z.iso.date().optional(),
  })
  .refine(({ packages, to }) => packages.length > 0 !== (to !== undefined), { path: ['packages'], message: 'packages, or to: former' })

/** scale-out: YAML of the new instances only, as `tiup dm scale-out` takes it. */
export const scaleOutInput = z.object({
  topology: z.string().min(1).max(1_000_000),
  /** The user's own files that the new instances name and the cluster does not have: absolute path → text. */
  files: ownFilesInput,
  /** By which hosts that are new to the cluster are logged in to first; needed only where there are any. */
  credentialId: z.string().optional(),
  /** Component → sha256 of the package that its new instances get; without a row: what the role runs now. */
  packages: z.partialRecord(z.enum(componentNames), sha256).default({}),
  waitTimeoutS: rollingInput.shape.waitTimeoutS,
  /** Preflight problems. */
  waivers,
})

/** scale-in: at most one dm-master in one plan. */
export const scaleInInput = z.object({
  ...rollingInput.shape,
  nodes: z.array(z.string().min(1)).min(1).max(64),
  /** Hosts that are lost are left as they are; the plan lists what stays behind on them. */
  force: z.boolean().default(false),
  /** Workers that may go though no other is free to take their source, each by name. */
  unbound: z.array(z.object({ node: z.string(), reason: z.string().trim().min(1) })).default([]),
  /** A login of emptied hosts by which the account that the deploy made is removed too; without it only its key goes. */
  credentialId: z.string().optional(),
})

/** prune: registrations in DM that the topology does not have. */
export const pruneInput = z.object({
  /** Members by name; all that are stale without any. */
  names: z.array(z.string().min(1)).max(200).default([]),
  waitTimeoutS: rollingInput.shape.waitTimeoutS,
})

/** upgrade: to the same version is a re-install, to a lower one is refused. */
export const upgradeInput = z.object({
  ...rollingInput.shape,
  /** With or without its v. */
  version: z.string().trim().min(1).max(100),
  /** Of a cluster that is stopped: only the disk. */
  offline: z.boolean().default(false),
  /** Packages by sha256 where the store has more than one that fits (a nightly build, say); they must be of the version. */
  packages: z.array(sha256).max(64).default([]),
  /** Sources and tasks are exported first, kept encrypted; without it the problem `upgrade.no-backup` must be waived. */
  backup: z.boolean().default(true),
  /** The operator is asked once more before the last master: after it there is no way back by binaries. */
  pauseBeforeLast: z.boolean().default(true),
  /**
   * Across v8.0.0, where passwords of sources or tasks are encrypted: DM's former fixed key, by which they stay as they are, or the stored
   * credential whose password is the key (64 hex digits) by which masters read them.
   */
  secretKey: z.union([z.object({ former: z.literal(true) }), z.object({ credentialId: z.string().min(1) })]).optional(),
})

/** rollback: the binaries and files of before the last upgrade, while no master of the new version has led. */
export const rollbackInput = z.object({
  ...rollingInput.shape,
  /** Of a cluster that is stopped: only the disk. */
  offline: z.boolean().default(false),
})

/** redeploy: the former version in fresh folders, sources and tasks from the upgrade's backup; once a master of the new version has led. */
export const redeployInput = z.object({
  waitTimeoutS: rollingInput.shape.waitTimeoutS,
  transferTimeoutS: rollingInput.shape.transferTimeoutS,
  /** Behind the folders of every dm-master and dm-worker; left out: `-` and the former version. */
  suffix: z
    .string()
    .regex(/^[-_.A-Za-z0-9]{1,60}$/)
    .optional(),
  /** Which of the upgrade's exports; the latest where it is left out. */
  exportId: z.string().min(1).optional(),
})

/** finalise: the last upgrade is final; packages that no instance runs leave the hosts' caches. */
export const finaliseInput = z.object({ keepPackages: z.boolean().default(false) })

/** destroy: data of these nodes (`host` or `host:port`) and roles stays, as `--retain-node-data` and `--retain-role-data` say. */
export const destroyInput = z.object({
  retainNodes: z.array(z.string().min(1)).max(200).default([]),
  retainRoles: z.array(z.string().min(1)).max(20).default([]),
  /** Hosts that do not answer are left as they are; the plan lists what stays behind on them. */
  force: z.boolean().default(false),
  /** The deploy user stays on the hosts, though the deploy made it and nothing else needs it. */
  keepAccount: z.boolean().default(false),
  /** A login by which the account can go; the deploy's own where it is still stored. */
  credentialId: z.string().optional(),
})

/** clean: TiUP's `--data`, `--log`, `--ignore-node` (`host` or `host:port`), `--ignore-role`. */
export const cleanInput = z
  .object({
    data: z.boolean().default(false),
    logs: z.boolean().default(false),
    ignoreNodes: z.array(z.string().min(1)).max(200).default([]),
    ignoreRoles: z.array(z.string().min(1)).max(20).default([]),
  })
  .refine(({ data, logs }) => data || logs, { path: ['data'], message: 'data, logs, or both' })

export const renameInput = z.object({ name: z.string().trim().min(1).max(200) })

/** Hosts at once, as `-c`; left out: the cluster's setting, else 5. */
const hostsAtOnce = z.number().int().min(1).max(64).optional()

/** exec: a command with TiUP's template values, once per host of the selected instances. Seconds. */
export const execInput = z.object({
  ...selectInput.shape,
  command: z
    .string()
    .max(32_768)
    .refine((text) => text.trim() !== '' && !text.includes('\0'), 'a command')
    .transform((text) => text.replaceAll('\r\n', '\n')),
  /** As root; needs a permission of its own. */
  sudo: z.boolean().default(false),
  timeoutS: z.number().int().min(1).max(86_400).default(120),
  atOnce: hostsAtOnce,
})

/** An absolute path on a host, with TiUP's template values. */
const remotePath = z
  .string()
  .trim()
  .min(1)
  .max(4096)
  .refine((text) => !/[\0\n\r]/.test(text), 'a path')

/** push: a finished upload (`upload`, which is taken then), or the file that a plan before has taken (`file`). */
export const pushInput = z
  .object({
    ...selectInput.shape,
    upload: z.uuid().optional(),
    file: z.uuid().optional(),
    path: remotePath,
    /** As root; needs a permission of its own. */
    sudo: z.boolean().default(false),
    /** That of the file there, or 0644, where it is left out. */
    mode: z
      .string()
      .regex(/^[0-7]{3,4}$/)
      .optional(),
    /** A file that is replaced stays beside it. */
    backup: z.boolean().default(true),
    atOnce: hostsAtOnce,
  })
  .refine(({ upload, file }) => (upload === undefined) !== (file === undefined), { path: ['upload'], message: 'upload, or file' })

/** pull: files from each host. */
export const pullInput = z.object({
  ...selectInput.shape,
  paths: z.array(remotePath).min(1).max(20),
  sudo: z.boolean().default(false),
  atOnce: hostsAtOnce,
})

/** rotate-ssh: hosts that are away keep the former key for now, and the cluster says so. */
export const rotateSshInput = z.object({ leaveAway: z.boolean().default(false) })

/** What each operation is asked for with. */
export const planInputs = {
  deploy: deployInput,
  start: selectInput,
  stop: selectInput,
  restart: restartInput,
  reload: reloadInput,
  patch: patchInput,
  'scale-out': scaleOutInput,
  'scale-in': scaleInInput,
  prune: pruneInput,
  upgrade: upgradeInput,
  rollback: rollbackInput,
  redeploy: redeployInput,
  finalise: finaliseInput,
  enable: selectInput,
  disable: selectInput,
  clean: cleanInput,
  destroy: destroyInput,
  rename: renameInput,
  manage: z.object({}),
  exec: execInput,
  dmctl: dmctlInput,
  push: pushInput,
  pull: pullInput,
  'rotate-ssh': rotateSshInput,
  'remove-deploy': removeDeployInput,
} as const satisfies Record<OperationName, z.ZodType>
