import type { Env } from '@/server/env'

/**
 * Whether a browser sent this from one of our own pages: its Origin is the address that it was sent to.
 * Without an Origin (not a browser's state-changing request) only `Sec-Fetch-Site: same-origin` or the lack of cookies will do.
 */
export const isOwnOrigin = (headers: Headers, env: Pick<Env, 'trustProxy'>): boolean => {
  const origin = headers.get('origin')
  if (origin === null) return headers.get('sec-fetch-site') === 'same-origin' || !headers.has('cookie')
  const host = (env.trustProxy && headers.get('x-forwarded-host')) || headers.get('host')
  return host !== null && URL.canParse(origin) && new URL(origin).host === host
}
