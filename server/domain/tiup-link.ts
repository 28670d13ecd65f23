import { z } from 'zod'
import { adoptSource } from './api'

/** Where a TiUP storage can be read again; an archive can't. */
export const tiupPlace = z.union([z.object({ path: z.string() }), z.object({ ssh: adoptSource.shape.ssh.unwrap() })])
export type TiupPlace = z.infer<typeof tiupPlace>

/** What TiUP knows a cluster of the panel's by. */
export const tiupLink = z.object({
  /** Its name there; the panel may have another by now. */
  name: z.string(),
  place: tiupPlace.optional(),
  /** Of the meta.yaml that the books were last taken from. */
  metaSha256: z.string(),
  /** ISO; when that was read. */
  at: z.string(),
})
export type TiupLink = z.infer<typeof tiupLink>

/** `ops@10.0.0.9:22 /home/ops/.tiup/storage/dm`, or the folder. */
export const placeText = (place: TiupPlace): string =>
  'path' in place ? place.path : `${place.ssh.address}:${place.ssh.port} ${place.ssh.path ?? '~/.tiup/storage/dm'}`
