import type { Login } from '@/server/domain/plan'
import { LinkLost, type Target, type Transport } from './transport'

/** How root can be had with a login: `none` when it can't; `said` is then what sudo said. */
export type LoginReport = { uid: number; root: Login['sudo'] | 'none'; said: string }

const deadlineMs = 20_000

/** Logs in and finds out how root is had: by being root, by sudo, by sudo with the credential's password. Rejects with `LinkLost`. */
export const testLogin = async (transport: Pick<Transport, 'run'>, target: Target): Promise<LoginReport> => {
  const id = await transport.run(target, { argv: ['id', '-u'], as: 'login', deadlineMs })
  const uid = Number.parseInt(id.stdout, 10)
  if (id.exitCode !== 0 || Number.isNaN(uid))
    throw new LinkLost('auth-refused', target.host, `id -u: ${id.stderr.trim() || id.stdout.trim()}`)
  if (uid === 0) return { uid, root: 'root', said: '' }
  let said = ''
  for (const sudo of ['nopasswd', 'password'] as const) {
    const refusal = await trySudo(transport, { ...target, login: { ...target.login, sudo } })
    if (refusal === null) return { uid, root: sudo, said: '' }
    said = refusal
  }
  return { uid, root: 'none', said }
}

const trySudo = async (transport: Pick<Transport, 'run'>, target: Target): Promise<string | null> => {
  try {
    const result = await transport.run(target, { argv: ['true'], as: 'root', deadlineMs })
    return result.exitCode === 0 ? null : result.stderr.trim()
  } catch (error) {
    if (error instanceof LinkLost && error.code === 'sudo-refused') return error.detail
    throw error
  }
}
