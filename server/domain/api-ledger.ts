import { z } from 'zod'
import { problem } from './api'
import { programVersion } from './api-packages'
import { ledgerKinds } from './ledger'

/** Shapes of what the API says of the binaries on a cluster's instances. */
export const ledgerEntry = z.object({
  id: z.string(),
  instance: z.string(),
  packageSha256: z.string(),
  entrySha256: z.string(),
  since: z.iso.datetime(),
  by: z.string(),
  jobId: z.string().nullable(),
  kind: z.enum(ledgerKinds),
  ticket: z.string(),
  notes: z.string(),
  /** `2026-12-31` */
  due: z.iso.date().nullable(),
  offline: z.boolean(),
  supersededAt: z.iso.datetime().nullable(),
  /** The instance left the cluster then, by this job; '' when that is not known any more. */
  leftBy: z.string().exactOptional(),
  /** Null when the store has it no more. `release`: what its program said with -V, '' while nobody asked. */
  package: z
    .object({
      component: z.string(),
      version: z.string(),
      os: z.string(),
      arch: z.string(),
      origin: z.enum(['upload', 'mirror', 'hotfix']),
      fileName: z.string(),
      release: z.string(),
    })
    .nullable(),
})

export const ledgerView = z.object({
  instances: z.array(
    z.object({
      instance: z.string(),
      component: z.string(),
      platform: z.string(),
      patched: z.boolean(),
      /** Null: nothing was put there by this panel. */
      current: ledgerEntry.nullable(),
      /** What `to: former` would put there; null: nothing. */
      former: z.string().nullable(),
      /** Newest first, the current one among them. */
      history: z.array(ledgerEntry),
    }),
  ),
  /** Programs per role, most instances first; more than one on a platform is a standing warning. */
  roles: z.array(
    z.object({
      component: z.string(),
      mixed: z.boolean(),
      programs: z.array(
        z.object({ entrySha256: z.string(), packageSha256: z.string(), platform: z.string(), instances: z.array(z.string()) }),
      ),
    }),
  ),
  /** What later scale-outs get instead of the release's package. */
  rolePackages: z.array(
    z.object({
      component: z.string(),
      os: z.string(),
      arch: z.string(),
      packageSha256: z.string(),
      by: z.string(),
      at: z.iso.datetime(),
    }),
  ),
  /** Hotfixes with a day by which they should be gone, the nearest first. */
  due: z.array(
    z.object({ packageSha256: z.string(), due: z.iso.date(), overdue: z.boolean(), ticket: z.string(), instances: z.array(z.string()) }),
  ),
  /** Standing warnings; the cluster's own view has them too. */
  problems: z.array(problem),
})

/** `due: null` takes the day away. */
export const annotateEntry = z.object({
  ticket: z.string().trim().max(200).optional(),
  notes: z.string().trim().max(4000).optional(),
  due: z.iso.date().nullable().optional(),
})

export const binaryVerdicts = ['as-noted', 'not-running', 'restart-needed', 'disk-differs', 'missing', 'not-noted', 'unseen'] as const

/** One row of the errand `verify-binaries`. */
export const verifiedBinary = z.object({
  instance: z.string(),
  component: z.string(),
  host: z.string(),
  path: z.string(),
  /** As the ledger has it; null: it has nothing. */
  expected: z.object({ packageSha256: z.string(), entrySha256: z.string(), fileName: z.string() }).nullable(),
  /** sha256 of the file; null: there is none, or it was not seen. */
  disk: z.string().nullable(),
  /** sha256 of /proc/PID/exe; null: nothing runs, or it was not seen. */
  process: z.string().nullable(),
  pid: z.number(),
  /** What the running process says of itself (`/status`, the text of -V); null: not a program of DM, or no answer. */
  says: programVersion.nullable(),
  verdict: z.enum(binaryVerdicts),
  /** Why it was not seen. */
  why: z.string(),
})

export const verifiedBinaries = z.object({ at: z.iso.datetime(), rows: z.array(verifiedBinary), ok: z.boolean() })

export type LedgerView = z.infer<typeof ledgerView>
export type LedgerEntryView = z.infer<typeof ledgerEntry>
export type VerifiedBinary = z.infer<typeof verifiedBinary>
export type VerifiedBinaries = z.infer<typeof verifiedBinaries>
