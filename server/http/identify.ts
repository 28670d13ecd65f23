import type { Role } from '@/server/domain/api'
import type { Db } from '@/server/store/database'
import { endSession, findUser, whoseToken } from '@/server/store/users'
import { type Auth, addressHeader, sessionLimits } from './auth'

export type ApiUser = {
  id: string
  name: string
  email: string
  /** What this request may do: the user's role, or a token's lower scope. */
  role: Role
  /** Whether commands may be run as root on hosts, by this request. */
  maySudo: boolean
  /** For audit records. */
  from: string
  via: { kind: 'session' | 'token'; id: string }
}

export type Identified = {
  user: ApiUser | undefined
  /** Set-Cookie values that must reach the browser. */
  cookies: readonly string[]
}

/** Who sends these headers: a bearer token wins over the cookie; a wrong token is nobody. Ends sessions past their absolute limit. */
export const identify = async (deps: { db: Db; auth: Auth }, headers: Headers): Promise<Identified> => {
  const from = headers.get(addressHeader) ?? ''
  const now = new Date()
  const bearer = bearerOf(headers)
  if (bearer !== undefined) {
    const owner = await whoseToken(deps.db, bearer, now)
    return { user: owner && { ...who(owner.person), from, via: { kind: 'token', id: owner.tokenId } }, cookies: [] }
  }
  if (!headers.has('cookie')) return { user: undefined, cookies: [] }
  const { found, cookies } = await deps.auth.session(headers)
  if (!found) return { user: undefined, cookies }
  if (now.getTime() - found.session.createdAt.getTime() > sessionLimits.absoluteMs) {
    await endSession(deps.db, found.session.id)
    return { user: undefined, cookies: [] }
  }
  const person = await findUser(deps.db, found.user.id)
  if (!person || person.disabled) return { user: undefined, cookies: [] }
  return { user: { ...who(person), from, via: { kind: 'session', id: found.session.id } }, cookies }
}

export const bearerOf = (headers: Headers): string | undefined => /^Bearer\s+(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1]

const who = (person: { id: string; name: string; email: string; role: Role; maySudo: boolean }) => ({
  id: person.id,
  name: person.name,
  email: person.email,
  role: person.role,
  maySudo: person.role === 'admin' || person.maySudo,
})
