import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Role } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { type Db, isDuplicate, retryBusy, type Tx } from './database'
import { takeSetupToken } from './settings'

export type PersonRow = { id: string; name: string; email: string; role: Role; disabled: boolean; maySudo: boolean; createdAt: Date }
export type NewPerson = { name: string; email: string; role: Role; maySudo?: boolean; passwordHash: string }

const personFields = { id: true, name: true, email: true, role: true, disabled: true, maySudo: true, createdAt: true } as const

/** Creates a user who signs in by password. Throws `platform.email-taken`. */
export const createUser = async (db: Db | Tx, person: NewPerson): Promise<PersonRow> => {
  const id = randomUUID()
  const email = person.email.toLowerCase()
  try {
    const row = await db.user.create({
      data: {
        id,
        name: person.name,
        email,
        emailVerified: true,
        role: person.role,
        maySudo: person.maySudo ?? false,
        accounts: { create: { id: randomUUID(), accountId: id, providerId: 'credential', password: person.passwordHash } },
      },
      select: personFields,
    })
    return asPerson(row)
  } catch (error) {
    if (isDuplicate(error)) throw new AppError('platform.email-taken', 409, { params: { email } })
    throw error
  }
}

/** Whether the first administrator has yet to be made. */
export const needsSetup = async (db: Db): Promise<boolean> => (await db.user.count()) === 0

/** Makes the first administrator and uses up the setup token, both or neither. Throws `platform.setup-done`, `platform.setup-token-wrong`. */
export const createFirstAdmin = (db: Db, token: string, person: Omit<NewPerson, 'role'>): Promise<PersonRow> =>
  retryBusy(() =>
    db.$transaction(async (tx) => {
      if (!(await takeSetupToken(tx, token))) {
        const done = (await tx.user.count()) > 0
        throw done ? new AppError('platform.setup-done', 409) : new AppError('platform.setup-token-wrong', 403)
      }
      return createUser(tx, { ...person, role: 'admin' })
    }),
  )

export const listUsers = async (db: Db): Promise<PersonRow[]> =>
  (await db.user.findMany({ select: personFields, orderBy: { createdAt: 'asc' } })).map(asPerson)

export const findUser = async (db: Db | Tx, id: string): Promise<PersonRow | undefined> => {
  const row = await db.user.findUnique({ where: { id }, select: personFields })
  return row ? asPerson(row) : undefined
}

/** Changes role or disables; a disabled user's sessions end at once. Throws `platform.user-unknown`, `platform.last-admin`. */
export const changeUser = (
  db: Db,
  id: string,
  change: { name?: string; role?: Role; disabled?: boolean; maySudo?: boolean },
): Promise<PersonRow> =>
  retryBusy(() =>
    db.$transaction(async (tx) => {
      const { count } = await tx.user.updateMany({ where: { id }, data: change })
      if (count === 0) throw new AppError('platform.user-unknown', 404)
      await demandAnAdmin(tx)
      if (change.disabled) await tx.session.deleteMany({ where: { userId: id } })
      const changed = await findUser(tx, id)
      if (!changed) throw new AppError('platform.user-unknown', 404)
      return changed
    }),
  )

/** Removes a user with sessions and tokens; records that name them stay. Throws `platform.user-unknown`, `platform.last-admin`. */
export const removeUser = (db: Db, id: string): Promise<void> =>
  retryBusy(() =>
    db.$transaction(async (tx) => {
      const { count } = await tx.user.deleteMany({ where: { id } })
      if (count === 0) throw new AppError('platform.user-unknown', 404)
      await demandAnAdmin(tx)
    }),
  )

/** Sets the password and ends all sessions of the user. Throws `platform.user-unknown`. */
export const setPassword = (db: Db, id: string, passwordHash: string): Promise<void> =>
  retryBusy(() =>
    db.$transaction(async (tx) => {
      const { count } = await tx.account.updateMany({ where: { userId: id, providerId: 'credential' }, data: { password: passwordHash } })
      if (count === 0) throw new AppError('platform.user-unknown', 404)
      await tx.session.deleteMany({ where: { userId: id } })
    }),
  )

export const passwordHashOf = async (db: Db, id: string): Promise<string | undefined> =>
  (await db.account.findFirst({ where: { userId: id, providerId: 'credential' } }))?.password ?? undefined

/** Ends every session of the user, on all machines. */
export const endSessions = async (db: Db, userId: string): Promise<void> => {
  await db.session.deleteMany({ where: { userId } })
}

export const endSession = async (db: Db, sessionId: string): Promise<void> => {
  await db.session.deleteMany({ where: { id: sessionId } })
}

/** Whether a session still lets its user act: it exists, has not expired, and the user is not disabled. */
export const sessionHolds = async (db: Db, sessionId: string, now: Date): Promise<boolean> =>
  (await db.session.count({ where: { id: sessionId, expiresAt: { gt: now }, user: { disabled: false } } })) > 0

// --- API tokens --------------------------------------------------------------------------------
export type TokenRow = { id: string; name: string; scope: Role; expiresAt: Date; lastUsedAt: Date | null; createdAt: Date }

const tokenFields = { id: true, name: true, scope: true, expiresAt: true, lastUsedAt: true, createdAt: true } as const

/** Returns the token itself, this once; only its hash is kept. */
export const createToken = async (
  db: Db,
  wanted: { userId: string; name: string; scope: Role; expiresAt: Date },
): Promise<{ token: string; row: TokenRow }> => {
  const token = `dmp_${randomBytes(32).toString('base64url')}`
  const row = await db.apiToken.create({ data: { id: randomUUID(), hash: sha256(token), ...wanted }, select: tokenFields })
  return { token, row: { ...row, scope: asRole(row.scope) } }
}

export const listTokens = async (db: Db, userId: string): Promise<TokenRow[]> =>
  (await db.apiToken.findMany({ where: { userId }, select: tokenFields, orderBy: { createdAt: 'asc' } })).map((row) => ({
    ...row,
    scope: asRole(row.scope),
  }))

/** Throws `platform.token-unknown` when the user has no such token. */
export const revokeToken = async (db: Db, userId: string, id: string): Promise<void> => {
  const { count } = await db.apiToken.deleteMany({ where: { id, userId } })
  if (count === 0) throw new AppError('platform.token-unknown', 404)
}

/** Who a token stands for: undefined when it is unknown, has expired, or its user is disabled. The role is the lower of scope and user's role. */
export const whoseToken = async (db: Db, token: string, now: Date): Promise<{ tokenId: string; person: PersonRow } | undefined> => {
  const row = await db.apiToken.findUnique({ where: { hash: sha256(token) }, include: { user: { select: personFields } } })
  if (!row || row.expiresAt <= now || row.user.disabled) return undefined
  // Once a minute is enough to see that it is in use, and spares a write on every call.
  const minuteAgo = new Date(now.getTime() - 60_000)
  await db.apiToken.updateMany({
    where: { id: row.id, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: minuteAgo } }] },
    data: { lastUsedAt: now },
  })
  const person = asPerson(row.user)
  return { tokenId: row.id, person: { ...person, role: lowerRole(person.role, asRole(row.scope)) } }
}

const demandAnAdmin = async (tx: Tx): Promise<void> => {
  const left = await tx.user.count({ where: { role: 'admin', disabled: false } })
  if (left === 0) throw new AppError('platform.last-admin', 409)
}

const asPerson = (row: Omit<PersonRow, 'role'> & { role: string }): PersonRow => ({ ...row, role: asRole(row.role) })

/** An unknown text in the database gives the least role. */
const asRole = (text: string): Role => (text === 'admin' || text === 'operator' ? text : 'viewer')

const lowerRole = (a: Role, b: Role): Role => {
  if (a === 'viewer' || b === 'viewer') return 'viewer'
  return a === 'operator' || b === 'operator' ? 'operator' : 'admin'
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
