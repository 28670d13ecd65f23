import type { Act } from '@/server/domain/step'
import { LinkLost } from '@/server/remote/transport'
import type { Doing, Performed } from './doing'

/** A login by a connection of its own. A link that can't be had for another reason than the login is lost, as ever. */
export const performLogin = async (
  { run, host, place }: Doing,
  { user, credentialId, expect }: Extract<Act, { act: 'login' }>,
): Promise<Performed> => {
  const refused = await run.hosts
    .patiently(() => run.hosts.login(host, { user, credentialId }))
    .then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof LinkLost && error.code === 'auth-refused') return error.detail
        throw error
      },
    )
  run.writer.output(place, 'note', refused === undefined ? `${user} was let in\n` : `${user} was refused: ${refused}\n`)
  if (expect === 'works' && refused !== undefined)
    return { made: [], failure: { code: 'engine.key-not-accepted', params: { user, detail: refused } } }
  if (expect === 'refused' && refused === undefined) return { made: [], failure: { code: 'engine.key-still-works', params: { user } } }
  return { made: [] }
}
