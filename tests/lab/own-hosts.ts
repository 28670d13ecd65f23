import { hostSet } from './host-sets'

/** Each of vitest's workers has hosts of its own. */
Object.assign(process.env, hostSet(Number(process.env.VITEST_POOL_ID ?? 1)))
