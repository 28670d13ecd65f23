import type { Problem } from '@/server/domain/problem'
import { hopsOf, type JumpInput } from '@/server/domain/ssh-client'
import { findCredential } from '@/server/store/credentials'
import type { Db } from '@/server/store/database'
import { pinnedKeysOf } from '@/server/store/host-keys'

/**
 * What keeps jump hosts from being used: no credential, an unknown one, a host key that nobody confirmed. `kept`: they stay as the
 * cluster's setting, so that a one-time credential does not do.
 */
export const jumpProblems = async (db: Db, jump: JumpInput, { kept }: { kept: boolean }): Promise<Problem[]> => {
  const found = await Promise.all(
    hopsOf(jump).map(async ({ user, address, port, credentialId }) => {
      const params = { hop: `${user}@${address}:${port}`, host: address, port }
      const credential = credentialId === '' ? undefined : await findCredential(db, credentialId)
      const codes: string[] = []
      if (credentialId === '') codes.push('remote.jump-credential-missing')
      else if (!credential) codes.push('remote.jump-credential-unknown')
      else if (kept && credential.oneTimeFor !== null) codes.push('remote.jump-credential-one-time')
      if ((await pinnedKeysOf(db, address, port)).length === 0) codes.push('remote.jump-key-unknown')
      return codes.map((code): Problem => ({ code, severity: 'error', params }))
    }),
  )
  return found.flat()
}
