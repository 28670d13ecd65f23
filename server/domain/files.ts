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

export type PulledToKeep = { id: string; jobId: string; cluster: string; host: string; path: string; sizeBytes: number; sha256: string }

/** Where files from hosts come together, each by an id of its own, until it is kept. */
export type PullStore = {
  /** How much of it came before; nothing of it is left with `fresh`. `noRoom`: so many bytes are free. */
  begin(id: string, file: { fresh: boolean; sizeBytes: number }): Promise<{ doneBytes: number } | { noRoom: number }>
  append(id: string, bytes: Uint8Array): Promise<void>
  /** sha256 of what has come. */
  hash(id: string): Promise<string>
  keep(kept: PulledToKeep): Promise<void>
}
