import { z } from 'zod'
import { tiupChanges } from './tiup-changes'

/** Shapes of what the API says of a cluster and the tiup that managed it, or will again. */
const iso = z.iso.datetime()

export const tiupView = z.object({
  /** null: it was never tiup's. */
  link: z
    .object({
      /** Its name there. */
      name: z.string(),
      /** Where its storage is read from; '': it came in an archive and can't be read again. */
      from: z.string(),
      /** When its meta.yaml was last taken. */
      at: iso,
    })
    .nullable(),
  /** What tiup did to it, as its own audit says; the newest first. */
  history: z.array(z.object({ id: z.string(), at: iso, command: z.string(), exitCode: z.number().nullable() })),
})

/** Result of the errand that compares. */
export const tiupComparison = z.object({
  at: iso,
  from: z.string(),
  /** What a take-over must name. */
  metaSha256: z.string(),
  /** The file is another than the one that was last taken. */
  written: z.boolean(),
  changes: tiupChanges,
})

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
export const takeTiupInput = z.object({ metaSha256: sha256 })
/** `archive`: as `POST /api/adopt/upload` answered; `confirm`: the cluster's name. */
export const metaRestoreInput = z.object({ archive: z.uuid(), metaSha256: sha256, confirm: z.string() })

export type TiupView = z.infer<typeof tiupView>
export type TiupComparisonView = z.infer<typeof tiupComparison>
