import { z } from 'zod'

/** What is kept of a mirror between visits: its trusted state, and the list that the Packages page shows. */
export const mirrorKept = z.object({
  state: z.unknown(),
  expires: z.record(z.string(), z.string()),
  components: z.array(z.object({ component: z.string(), platforms: z.record(z.string(), z.array(z.string())) })),
})
export type MirrorKept = z.infer<typeof mirrorKept>
