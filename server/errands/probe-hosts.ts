import { type ProbedHost, probeHostsInput } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { type HostSighting, type KeptHostFacts, keptFactsOf } from '@/server/domain/host-seen'
import type { Login } from '@/server/domain/plan'
import { type Hop, hopsOf } from '@/server/domain/ssh-client'
import { askHost, parseHost } from '@/server/probes/batch'
import { judgeHostKey } from '@/server/remote/host-key'
import { testLogin } from '@/server/remote/test-login'
import { LinkLost, type Target } from '@/server/remote/transport'
import { findCredential } from '@/server/store/credentials'
import { pinnedKeysOf } from '@/server/store/host-keys'
import { keepSightings } from '@/server/store/hosts-seen'
import { jumpProblems } from '@/server/usecases/jump-problems'
import type { ErrandRun } from './errand-run'

type Asked = { address: string; port: number; jump: readonly Hop[] }

const scanTimeoutMs = 5000
/** Reading keys needs no login. */
const nobody: Login = { user: '', credentialId: '', sudo: 'nopasswd' }

/** Reads host keys; only hosts whose key is pinned are logged in to. */
export const probeHosts = async (run: ErrandRun, raw: unknown): Promise<ProbedHost[]> => {
  const { hosts, credentialId, jump = [] } = probeHostsInput.parse(raw)
  const astray = await jumpProblems(run.db, jump, { kept: false })
  if (astray.length > 0) throw new AppError('usecases.jump-refused', 422, { problems: astray })
  const credential = credentialId === undefined ? undefined : await findCredential(run.db, credentialId)
  if (credentialId !== undefined && !credential) throw new AppError('usecases.credential-unknown', 404, { params: { id: credentialId } })
  const login = credential && { user: credential.username, credentialId: credential.id, sudo: credential.sudo }
  const found: Found[] = []
  const queue = [...hosts.entries()]
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [index, host] = next
      found[index] = await probeHost(run, { ...host, jump: hopsOf(jump) }, login)
      await run.progress({ done: Object.keys(found).length, total: hosts.length, at: host.address })
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  await keepSightings(
    run.db,
    found.map(({ kept: _, ...host }, at) => sightingOf(host, found[at]?.kept, run.now().toISOString())),
  )
  return found.map(({ kept: _, ...host }) => host)
}

type Found = ProbedHost & { kept?: KeptHostFacts }

const sightingOf = (host: ProbedHost, facts: KeptHostFacts | undefined, at: string): HostSighting => {
  const { address, port, state, login } = host
  const lost = { new: 'host-key-unknown', changed: 'host-key-changed', unreachable: host.error.split(':')[0] || 'unreachable', pinned: '' }[
    state
  ]
  const error = login === 'refused' ? 'auth-refused' : login === 'failed' ? (host.loginError.split(':')[0] ?? '') : lost
  return { address, port, at, error, ...(facts ? { facts } : {}) }
}

const probeHost = async (run: ErrandRun, { address, port, jump }: Asked, login: Login | undefined): Promise<Found> => {
  const target = { host: address, address, port, jump }
  const blank = {
    ...{ address, port, keyType: '', key: '', fingerprint: '', pinnedFingerprint: '', error: '' },
    ...{ login: 'not-tried' as const, loginError: '', os: '', arch: '', root: '' },
  }
  try {
    const seen = await run.transport.hostKeys({ ...target, login: login ?? nobody }, scanTimeoutMs)
    const pinned = await pinnedKeysOf(run.db, address, port)
    const shown = seen.find((key) => judgeHostKey(pinned, key) === 'pinned') ?? seen[0]
    if (!shown) return { ...blank, state: 'unreachable', error: 'no host key' }
    const judged = judgeHostKey(pinned, shown)
    const state = judged === 'unknown' ? ('new' as const) : judged
    const { keyType, key, fingerprint } = shown
    const known = { ...blank, state, keyType, key, fingerprint, pinnedFingerprint: pinned[0]?.fingerprint ?? '' }
    if (state !== 'pinned' || !login) return known
    return { ...known, ...(await tryLogin(run, { ...target, login })) }
  } catch (error) {
    if (error instanceof LinkLost) return { ...blank, state: 'unreachable', error: `${error.code}: ${error.detail}` }
    throw error
  }
}

const tryLogin = async (run: ErrandRun, target: Target): Promise<Pick<Found, 'login' | 'loginError' | 'os' | 'arch' | 'root' | 'kept'>> => {
  try {
    const { root, said } = await testLogin(run.transport, target)
    const probes = [{ probe: 'system' as const }, { probe: 'disk' as const, path: '/' }]
    const result = await run.transport.run(target, { argv: askHost(probes), as: 'login', deadlineMs: 30_000 })
    const facts = parseHost(probes, result.stdout, run.now().toISOString())
    const kept = keptFactsOf(facts)
    const { os = '', arch = '' } = facts.system ?? {}
    return { login: 'ok', loginError: said, os, arch, root, ...(kept ? { kept } : {}) }
  } catch (error) {
    if (!(error instanceof LinkLost)) throw error
    const refused = error.code === 'auth-refused'
    return { login: refused ? 'refused' : 'failed', loginError: `${error.code}: ${error.detail}`, os: '', arch: '', root: '' }
  }
}
