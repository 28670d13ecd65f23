import { z } from 'zod'

/** A file that was uploaded to be sent to hosts; its bytes lie in the panel's data folder by its id. */
export type PushedFile = { id: string; name: string; sizeBytes: number; sha256: string }

/** So large may one file be that is fetched from a host. */
export const pulledLimitBytes = 1024 ** 3

/** So long a fetched file is kept. */
export const pulledKeepMs = 7 * 24 * 3600_000

/** So long an uploaded file waits for its job, and stays after a job that did not succeed. */
export const pushedKeepMs = 24 * 3600_000

/** A file that a job has fetched, as the API shows it. */
export const pulledFileView = z.object({
  id: z.string(),
  host: z.string(),
  path: z.string(),
  name: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
  at: z.string(),
  /** Then it is deleted. */
  deleteAt: z.string(),
})
export type PulledFileView = z.infer<typeof pulledFileView>
