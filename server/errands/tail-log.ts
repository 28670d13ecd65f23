import { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import { componentSpec } from '@/server/domain/component'
import { instancesOf } from '@/server/domain/topology/instances'
import { LinkLost } from '@/server/remote/transport'
import { findCluster } from '@/server/store/clusters'
import type { ErrandRun } from './errand-run'
import { reachTo, targetOf } from './look-at-hosts'

const asked = z.object({ cluster: z.string(), instance: z.string(), file: z.string().optional(), lines: z.coerce.number().int() })

/** The end of one of an instance's own log files; no other file can be named. */
export const tailLog = async (run: ErrandRun, raw: unknown): Promise<{ file: string; files: readonly string[]; lines: string[] }> => {
  const { cluster: name, instance: id, file, lines } = asked.parse(raw)
  const cluster = await findCluster(run.db, name)
  const instance = cluster && instancesOf(cluster.topology).find((one) => one.id === id)
  if (!cluster || !instance) throw new AppError('usecases.instance-unknown', 404, { params: { instance: id } })
  const files = componentSpec(instance.component).logs
  const chosen = file ?? files[0] ?? ''
  if (!files.includes(chosen)) throw new AppError('usecases.log-unknown', 404, { params: { file: chosen } })
  const login = { user: cluster.deployUser, credentialId: cluster.credentialId, sudo: 'nopasswd' as const }
  const path = `${instance.logDir}/${chosen}`
  const target = targetOf(instance, login, reachTo(cluster))
  const read = (argv: readonly string[]) => run.transport.run(target, { argv, as: 'root', deadlineMs: 20_000 }, { signal: run.signal })
  try {
    const result = await read(['tail', '-n', String(lines), '--', path])
    // Asked again in another way: what tail says of an absent file is in the host's language.
    if (result.exitCode !== 0 && (await read(['stat', '-c', '%s', '--', path])).exitCode !== 0)
      throw new AppError('errands.log-absent', 404, { params: { file: path } })
    if (result.exitCode !== 0) throw new AppError('errands.log-unreadable', 409, { params: { file: chosen, detail: result.stderr.trim() } })
    return { file: chosen, files, lines: result.stdout.split('\n').slice(0, -1) }
  } catch (error) {
    if (error instanceof LinkLost) throw new AppError(`errands.${error.code}`, 502, { params: { host: error.host, detail: error.detail } })
    throw error
  }
}
