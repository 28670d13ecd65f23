import { z } from 'zod'

/** At most so much of files with one line; characters. */
export const dmctlFileLimits = { files: 20, characters: 4_000_000 }

const common = {
  line: z
    .string()
    .max(8000)
    .transform((text) => text.trim().replaceAll(/\s*\n\s*/g, ' ')),
  /** Of dmctl, from the package store; left out: the cluster's own. */
  version: z.string().trim().max(100).default(''),
  /** A dm-master's host on which it runs; left out: the first one's. */
  host: z.string().trim().max(255).default(''),
  /** Bound of DM's answer, in seconds; 600 is dmctl's own: what starts a task checks it first. */
  timeoutS: z.number().int().min(5).max(1800).default(600),
}

/** dmctl: a line, and the files that it names: `text`, or `base64` of an archive (`config import`). */
export const dmctlInput = z.object({
  ...common,
  files: z
    .array(
      z.object({
        name: z.string().min(1).max(100),
        text: z.string().max(dmctlFileLimits.characters).optional(),
        base64: z.base64().max(dmctlFileLimits.characters).optional(),
      }),
    )
    .max(dmctlFileLimits.files)
    .default([]),
})
export type DmctlInput = z.infer<typeof dmctlInput>

/** What is kept of it: of the files what is no secret; `run` names the secret in which they lie. */
export const keptDmctlInput = z.object({
  ...common,
  run: z.string(),
  files: z.array(z.object({ name: z.string(), sizeBytes: z.number(), about: z.string() })).default([]),
})

/** A line that only reads, answered at once. */
export const dmctlAsk = z.object({ ...common, timeoutS: z.number().int().min(5).max(300).default(60) })

/** What came of such a line. */
export type DmctlAnswer = { at: string; host: string; text: string; ms: number }

export const dmctlPast = z.object({
  act: z.string(),
  at: z.string(),
  by: z.string(),
  line: z.string(),
  /** `done`, `succeeded`, `failed`, `refused: CODE` …; null while it runs. */
  result: z.string().nullable(),
  endedAt: z.string().nullable(),
  jobId: z.string().nullable(),
  jobNumber: z.number().nullable(),
})

export const dmctlView = z.object({
  version: z.string(),
  user: z.string(),
  /** Where it may run: the masters' hosts, in the topology's order. */
  hosts: z.array(z.string()),
  /** Those of dmctl that the store has for that host. */
  versions: z.array(z.string()),
  /** Newest first. */
  history: z.array(dmctlPast),
})
export type DmctlView = z.infer<typeof dmctlView>
export type DmctlPast = z.infer<typeof dmctlPast>
