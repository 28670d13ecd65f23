import { z } from 'zod'
import { problem } from './api'

/** Shapes of what the API says of hosts. */
const iso = z.iso.datetime()

const hostState = z.enum(['answers', 'no-answer', 'refused', 'key-changed', 'key-unknown', 'not-asked'])
export const hostRow = z.object({
  address: z.string(),
  port: z.number(),
  state: hostState,
  /** What the SSH layer said when it did not answer. */
  error: z.string(),
  /** When it was last asked, and when it last answered. */
  at: iso.nullable(),
  answeredAt: iso.nullable(),
  clusters: z.array(z.object({ name: z.string(), instances: z.number(), user: z.string(), credential: z.string() })),
  keys: z.array(z.object({ keyType: z.string(), fingerprint: z.string(), confirmedAt: iso })),
  facts: z
    .object({
      at: iso,
      distribution: z.string(),
      os: z.string(),
      arch: z.string(),
      cpus: z.number(),
      memoryMiB: z.number(),
      disks: z.array(z.object({ mount: z.string(), sizeBytes: z.number(), freeBytes: z.number() })),
    })
    .nullable(),
})
export type HostRow = z.infer<typeof hostRow>

export const knownHostsInput = z.object({ text: z.string().min(1).max(1_000_000), replace: z.boolean().default(false) })
export const knownHostsPinned = z.object({
  pinned: z.number(),
  /** Lines that were left out, and why. */
  problems: z.array(problem),
})
/** All keys of the host and port, or those of one type. */
export const hostKeyQuery = z.object({
  address: z.string().min(1),
  port: z.coerce.number().int().min(1).max(65535),
  keyType: z.string().optional(),
})

/** What the runner's ssh-agent holds, for `GET /api/credentials/agent-keys`. */
export type AgentKeys = {
  /** The runner was told of an agent. */
  offered: boolean
  /** Why it does not answer; '': it does. */
  error: string
  keys: readonly { keyType: string; key: string; fingerprint: string; comment: string }[]
}
