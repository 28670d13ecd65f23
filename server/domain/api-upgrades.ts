import { z } from 'zod'

/** Shapes of what the API says of a cluster's upgrades. */
const iso = z.iso.datetime()

export const upgradeRow = z.object({
  from: z.string(),
  to: z.string(),
  state: z.enum(['open', 'redeploying', 'redeployed', 'final', 'rolled-back']),
  /** A master of the new version has led for sure: there is no way back by binaries. */
  led: z.boolean(),
  /** Instance → what was seen of that master of the new version at the end of its turn. `led` null: it did not say. */
  seen: z.record(z.string(), z.object({ incarnation: z.string(), led: z.number().nullable(), leader: z.string(), at: iso })),
  /** Folders of the new version that a redeploy has left; finalise deletes them. */
  left: z.array(z.object({ host: z.string(), path: z.string() })),
  jobIds: z.array(z.string()),
  by: z.string(),
  at: iso,
  endedAt: iso.nullable(),
})

const neededPackage = z.object({ component: z.string(), version: z.string(), os: z.string(), arch: z.string(), fileName: z.string() })

export const upgradeTarget = z.object({
  version: z.string(),
  /** Whether the cluster may go there; `same` installs it again. */
  direction: z.enum(['up', 'same', 'down', 'nightly']),
  /** What the store lacks; empty: the upgrade can be planned. */
  missing: z.array(neededPackage),
  /** Confirmed mirrors that have all that is missing: `POST /api/packages/fetch` with one of them and `missing`. */
  mirrors: z.array(z.string()),
  /** Where the store has several builds of the version: which ones, by sha256; the first is taken unless another is asked for. */
  choices: z.array(z.object({ component: z.string(), os: z.string(), arch: z.string(), packages: z.array(z.string()) })),
})

export const configExport = z.object({
  id: z.string(),
  jobId: z.string(),
  at: iso,
  by: z.string(),
  version: z.string(),
  revision: z.number(),
  sha256: z.string(),
  sizeBytes: z.number(),
  sources: z.number(),
  tasks: z.number(),
  /** dmctl lines that start relay again: an import does not. */
  startRelay: z.array(z.string()),
})

export const upgradeView = z.object({
  version: z.string(),
  open: upgradeRow.nullable(),
  history: z.array(upgradeRow),
  targets: z.array(upgradeTarget),
  exports: z.array(configExport),
  /** dmctl by which an upgrade exports first; null: none in the store fits, and it must be fetched. */
  exportBy: z.object({ version: z.string(), sha256: z.string() }).nullable(),
})

export type UpgradeView = z.infer<typeof upgradeView>
export type UpgradeTarget = z.infer<typeof upgradeTarget>
