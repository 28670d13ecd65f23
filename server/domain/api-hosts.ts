import { z } from 'zod'

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
