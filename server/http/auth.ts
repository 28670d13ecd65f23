import { betterAuth } from 'better-auth'
import { prismaAdapter } from 'better-auth/adapters/prisma'
import { type Db, retryBusy } from '@/server/store/database'

/** Set by our own server from the socket (or a trusted proxy); a client's own header of this name is overwritten. */
export const addressHeader = 'x-dm-panel-address'

export const sessionLimits = { idleMs: 12 * 3600_000, absoluteMs: 7 * 24 * 3600_000 }

/** Where the auth library believes to live; requests are handed to it at this address after our own Origin check. */
const innerUrl = 'http://localhost'

/**
 * The auth library: passwords (scrypt), sessions, their cookies, rate limit. Nobody can sign up by it:
 * users are made by the setup link and by administrators (`store/users.ts`), with hashes from `hashPassword`.
 */
export const createAuth = (deps: { db: Db; secret: string; secure: boolean }) => {
  const library = betterAuth({
    appName: 'DM Panel',
    secret: deps.secret,
    baseURL: innerUrl,
    trustedOrigins: [innerUrl],
    database: prismaAdapter(deps.db, { provider: 'sqlite' }),
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12, maxPasswordLength: 200 },
    user: {
      additionalFields: {
        role: { type: 'string', input: false, defaultValue: 'viewer' },
        disabled: { type: 'boolean', input: false, defaultValue: false },
      },
    },
    session: { expiresIn: sessionLimits.idleMs / 1000, updateAge: 300 },
    rateLimit: {
      enabled: true,
      storage: 'database',
      customRules: { '/sign-in/email': { window: 60, max: 10 } },
    },
    telemetry: { enabled: false },
    logger: { level: 'error' },
    advanced: {
      cookiePrefix: 'dm-panel',
      useSecureCookies: deps.secure,
      defaultCookieAttributes: { sameSite: 'lax', httpOnly: true },
      ipAddress: { ipAddressHeaders: [addressHeader] },
    },
  })

  return {
    /** Checks the password within the rate limit. The answer's cookies must reach the browser. */
    signIn: (email: string, password: string, headers: Headers): Promise<Response> =>
      // The library reads before it writes its rate limit; the other process may have written in between.
      retryBusy(() =>
        library.handler(
          new Request(`${innerUrl}/api/auth/sign-in/email`, {
            method: 'POST',
            headers: innerHeaders(headers),
            body: JSON.stringify({ email, password }),
          }),
        ),
      ),
    /** Ends this session and clears its cookies. */
    signOut: (headers: Headers): Promise<Response> =>
      library.handler(new Request(`${innerUrl}/api/auth/sign-out`, { method: 'POST', headers: innerHeaders(headers), body: '{}' })),
    /** The session of the cookies, renewed when it is due; then `cookies` must reach the browser. */
    session: async (headers: Headers) => {
      const { response, headers: answer } = await library.api.getSession({ headers, returnHeaders: true })
      return { found: response, cookies: answer?.getSetCookie() ?? [] }
    },
    hashPassword: async (password: string): Promise<string> => (await library.$context).password.hash(password),
    passwordFits: async (hash: string, password: string): Promise<boolean> => (await library.$context).password.verify({ hash, password }),
  }
}

export type Auth = ReturnType<typeof createAuth>

const innerHeaders = (outer: Headers): Headers => {
  const inner = new Headers({ 'content-type': 'application/json', origin: innerUrl })
  for (const name of ['cookie', 'user-agent', addressHeader]) {
    const value = outer.get(name)
    if (value !== null) inner.set(name, value)
  }
  return inner
}
