import type { Link } from './link'
import { LinkLost, type Target } from './transport'

/** The link of the last jump host, until it is left. */
export type Way = { link: Link; leave: () => void }

/** A link that is being made or stands; `leave` may be called more than once. */
export type Held = { link: Promise<Link>; leave: () => void }

/** undefined: the target has no jump host. `hold` has each hop's link, shared by all that come the same way. */
export const wayTo = async (target: Target, hold: (hop: Target) => Held): Promise<Way | undefined> => {
  const hop = lastHop(target)
  if (!hop) return undefined
  const { link, leave } = hold(hop)
  try {
    return { link: await link, leave }
  } catch (error) {
    leave()
    throw error instanceof LinkLost ? throughHop(error, target, hop) : error
  }
}

/** The last jump host as a target of its own, by way of those before it. */
const lastHop = ({ jump = [], connectTimeoutMs, client }: Target): Target | undefined => {
  const hop = jump.at(-1)
  if (!hop) return undefined
  const { address, port, user, credentialId } = hop
  return {
    ...{ host: `${user}@${address}:${port}`, address, port, login: { user, credentialId, sudo: 'nopasswd' as const } },
    jump: jump.slice(0, -1),
    ...(connectTimeoutMs === undefined ? {} : { connectTimeoutMs }),
    ...(client === undefined ? {} : { client }),
  }
}

/** It is the target that can't be reached; the detail says where on the way. */
const throughHop = ({ code, detail }: LinkLost, target: Target, hop: Target): LinkLost =>
  new LinkLost(code, target.host, detail.startsWith(jumpHost) ? detail : `${jumpHost}${hop.host}: ${detail}`)

const jumpHost = 'jump host '
