import { z } from 'zod'
import { problem } from './api'
import { ownFilesInput } from './topology/own-files-input'

/** Shapes of what the API says of a cluster's configuration: revisions, edits, what is not applied yet. */
const iso = z.iso.datetime()

export const revisionRow = z.object({
  revision: z.number(),
  at: iso,
  by: z.string(),
  /** The operation that wrote it; '' of those from before this was kept. */
  kind: z.string(),
  reason: z.string(),
  jobId: z.string().nullable(),
})
export const unappliedRow = z.object({
  instance: z.string(),
  /** Whose configuration it runs. */
  revision: z.number(),
  /** files: they are to be written; restart: they lie there, its process is older. */
  state: z.enum(['files', 'restart']),
})
export const revisionsView = z.object({
  newest: z.number(),
  /** Instances that do not run the newest one yet; empty: it is applied. */
  unapplied: z.array(unappliedRow),
  /** The newest first. */
  revisions: z.array(revisionRow),
})
/** Secrets are masked; typed back, the mask means the secret that is kept. */
export const revisionText = revisionRow.extend({ yaml: z.string() })

export const fileChange = z.object({
  instance: z.string(),
  component: z.string(),
  host: z.string(),
  path: z.string(),
  /** left: not rendered any more; nobody deletes it. */
  change: z.enum(['added', 'changed', 'left']),
  /** Its text is never shown. */
  secret: z.boolean(),
  before: z.string().nullable(),
  after: z.string().nullable(),
})

const text = z.string().min(1).max(1_000_000)
/** The user's own files that the text names and the cluster does not have yet, or that replace the kept ones: absolute path → text. */
export const checkEditInput = z.object({ yaml: text, base: z.number().int().min(1), files: ownFilesInput })
export const editCheck = z.object({
  /** The newest revision; another than `base`: what is typed was made from an older one. */
  newest: z.number(),
  /** What came after `base`, the newest first. */
  since: z.array(revisionRow),
  problems: z.array(problem),
  /** Codes of warnings that the newest revision does not have: they must be consented to. */
  consent: z.array(z.string()),
  /** What the text names of the user's own files, and which of the kept and given ones fit. */
  files: z.array(z.object({ field: z.string(), path: z.string(), value: z.string(), found: z.array(z.string()) })),
  /** No letter differs from the newest revision. */
  unchanged: z.boolean(),
  /** Every rendered file that a reload would write, against what each instance runs. */
  changes: z.array(fileChange),
})
export const editInput = z
  .object({
    yaml: text.optional(),
    /** Instead of a text: that revision again. */
    revert: z.number().int().min(1).optional(),
    base: z.number().int().min(1),
    reason: z.string().trim().min(1).max(2000),
    consent: z.array(z.string()).default([]),
    files: ownFilesInput,
  })
  .refine(({ yaml, revert }) => (yaml === undefined) !== (revert === undefined), { path: ['yaml'], message: 'yaml, or revert' })
export const editSaved = z.object({ revision: z.number(), unapplied: z.array(unappliedRow) })

export type RevisionsView = z.infer<typeof revisionsView>
export type RevisionRow = z.infer<typeof revisionRow>
export type RevisionText = z.infer<typeof revisionText>
export type EditCheck = z.infer<typeof editCheck>
export type EditSaved = z.infer<typeof editSaved>
export type FileChangeView = z.infer<typeof fileChange>
