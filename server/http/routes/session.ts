import { createRoute } from '@hono/zod-openapi'
import { z } from 'zod'
import { setupInput } from '@/server/domain/api'
import { session } from '@/server/domain/api-people'
import { AppError } from '@/server/domain/app-error'
import { createFirstAdmin, endSessions, findUser, needsSetup, passwordHashOf, setPassword } from '@/server/store/users'
import { audited, type Who } from '@/server/usecases/audited'
import { answers, refusals, takes } from '../answers'
import type { Api, ApiContext } from '../api'
import { addressHeader } from '../auth'

const done = z.object({ ok: z.literal(true) })
const signInInput = z.object({ email: z.email(), password: z.string().min(1).max(200) })
const passwordInput = z.object({ current: z.string().min(1).max(200), password: z.string().min(12).max(200) })

const read = createRoute({ method: 'get', path: '/api/session', responses: { ...answers(session), ...refusals } })
const signIn = createRoute({
  method: 'post',
  path: '/api/session',
  request: takes(signInInput),
  responses: { ...answers(done, 'Signed in; the cookie is set.'), ...refusals },
})
const signOut = createRoute({ method: 'delete', path: '/api/session', responses: { ...answers(done, 'Signed out here.'), ...refusals } })
const signOutEverywhere = createRoute({
  method: 'delete',
  path: '/api/sessions',
  responses: { ...answers(done, 'All sessions of yours have ended.'), ...refusals },
})
const changePassword = createRoute({
  method: 'post',
  path: '/api/session/password',
  request: takes(passwordInput),
  responses: { ...answers(done, 'Changed; all sessions have ended.'), ...refusals },
})
const setup = createRoute({
  method: 'post',
  path: '/api/setup',
  request: takes(setupInput),
  responses: { ...answers(done, 'The administrator is made and signed in.'), ...refusals },
})

/** Sign-in, sign-out, the first administrator. */
export const registerSessionRoutes = (api: Api): void => {
  api.openapi(read, async (c) => {
    const visitor = c.get('visitor')
    const user = visitor ? { id: visitor.id, name: visitor.name, email: visitor.email, role: visitor.role, maySudo: visitor.maySudo } : null
    return c.json({ needsSetup: !user && (await needsSetup(c.get('db'))), user }, 200)
  })
  api.openapi(signIn, async (c) => {
    const { email, password } = c.req.valid('json')
    await audited(c.get('db'), visitorOf(c, email), { what: 'sign-in', command: 'sign in' }, () => signInAs(c, email, password))
    return c.json({ ok: true as const }, 200)
  })
  api.openapi(signOut, async (c) => {
    const answer = await c.get('auth').signOut(c.req.raw.headers)
    passCookies(c, answer)
    return c.json({ ok: true as const }, 200)
  })
  api.openapi(signOutEverywhere, async (c) => {
    await audited(c.get('db'), c.get('user'), { what: 'sign-out-everywhere', command: 'sign out everywhere' }, () =>
      endSessions(c.get('db'), c.get('user').id),
    )
    return c.json({ ok: true as const }, 200)
  })
  api.openapi(changePassword, async (c) => {
    const { current, password } = c.req.valid('json')
    await audited(c.get('db'), c.get('user'), { what: 'change-password', command: 'change own password' }, async () => {
      const hash = await passwordHashOf(c.get('db'), c.get('user').id)
      if (hash === undefined || !(await c.get('auth').passwordFits(hash, current))) throw new AppError('platform.password-wrong', 403)
      await setPassword(c.get('db'), c.get('user').id, await c.get('auth').hashPassword(password))
    })
    return c.json({ ok: true as const }, 200)
  })
  api.openapi(setup, async (c) => {
    const { token, name, email, password } = c.req.valid('json')
    await audited(c.get('db'), visitorOf(c, email), { what: 'setup', command: 'create the first administrator' }, async () => {
      const passwordHash = await c.get('auth').hashPassword(password)
      await createFirstAdmin(c.get('db'), token, { name, email, passwordHash })
    })
    await signInAs(c, email, password)
    return c.json({ ok: true as const }, 200)
  })
}

/** Who claims to be this, before it is proven. */
const visitorOf = (c: ApiContext, email: string): Who => ({ id: '', email: email.toLowerCase(), from: c.req.header(addressHeader) ?? '' })

/** Throws `platform.wrong-sign-in`, `platform.too-many-attempts`. A disabled user is told no more than a wrong password. */
const signInAs = async (c: ApiContext, email: string, password: string): Promise<void> => {
  const answer = await c.get('auth').signIn(email, password, c.req.raw.headers)
  if (answer.status === 429) throw new AppError('platform.too-many-attempts', 429)
  if (answer.status >= 500) throw new Error(`the auth library answered ${answer.status}: ${await answer.text()}`)
  if (!answer.ok) throw new AppError('platform.wrong-sign-in', 401)
  const signedIn = await answer.json()
  if (await endedAsDisabled(c, signedIn)) throw new AppError('platform.wrong-sign-in', 401)
  passCookies(c, answer)
}

const signedInAnswer = z.object({ user: z.object({ id: z.string() }) })

const endedAsDisabled = async (c: ApiContext, answer: unknown): Promise<boolean> => {
  const { user } = signedInAnswer.parse(answer)
  const person = await findUser(c.get('db'), user.id)
  if (person && !person.disabled) return false
  await endSessions(c.get('db'), user.id)
  return true
}

const passCookies = (c: ApiContext, answer: Response): void => {
  for (const cookie of answer.headers.getSetCookie()) c.header('Set-Cookie', cookie, { append: true })
}
