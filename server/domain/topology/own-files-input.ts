import { z } from 'zod'

/** Bounds of the user's own files with one topology; DM's own dashboards are about 100 KiB each. */
export const ownFileLimits = { files: 200, fileBytes: 1024 * 1024, allBytes: 4 * 1024 * 1024 } as const

export const keptBlob = z.object({ blob: z.string().regex(/^[0-9a-f]{64}$/) })

/** Path → text as it is typed, the mask of a secret that was typed before, or a blob that was kept before. */
export const ownFilesInput = z.record(z.string().max(1000), z.union([z.string(), keptBlob])).default({})
export type OwnFilesInput = z.infer<typeof ownFilesInput>
