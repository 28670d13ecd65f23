import { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import type { HostFacts } from '@/server/domain/facts'
import { comparedLimitBytes, type FileCompared } from '@/server/domain/file-compared'
import { bounded, maskedDiff } from '@/server/domain/masked-lines'
import { checkFileProbes, explainFile, type RenderedAt, renderedAt } from '@/server/operations/check-file'
import { LinkLost, type Target } from '@/server/remote/transport'
import { sealedOf } from '@/server/store/credentials'
import { listPackages } from '@/server/store/packages'
import { grafanaSecretsOf } from '@/server/usecases/grafana-secrets'
import type { ErrandRun } from './errand-run'
import { lookAtHosts, reachTo, targetOf } from './look-at-hosts'
import { existingCluster } from './prepare-existing'

const asked = z.object({ cluster: z.string(), host: z.string(), path: z.string() })
const kept = z.looseObject({ password: z.string().optional() })

/**
 * One file that the topology renders against the one on its host; no other file can be named. Changes nothing; no secret is in the
 * result. Throws cluster-unknown, file-not-rendered, file-unreadable, and why a host is out of reach.
 */
export const checkFile = async (run: ErrandRun, raw: unknown): Promise<FileCompared> => {
  const { cluster: name, host, path } = asked.parse(raw)
  const { cluster, input: base } = await existingCluster(run, { clusterName: name })
  const input = { ...base, packages: await listPackages(run.db), grafanaSecrets: await grafanaSecretsOf(run.db, cluster) }
  const rendered = renderedAt(cluster.topology, input, { host, path })
  if (!rendered) throw new AppError('errands.file-not-rendered', 404, { params: { host, path } })
  const target = targetOf(rendered.instance, input.deploy, reachTo(cluster))
  const probes = checkFileProbes(rendered, cluster.topology.global.user)
  const look = (await lookAtHosts(run, [{ target, probes }]))[host]
  if (!look || look.lost) throw unreached(host, look?.lost)
  const about = { at: run.now().toISOString(), host, instance: rendered.instance.id, path, shown: rendered.shown }
  return { ...about, ...explainFile(rendered, look.facts), ...(await compare(run, rendered, { target, path, seen: look.facts })) }
}

const unreached = (host: string, lost: LinkLost | undefined): AppError =>
  new AppError(`errands.${lost?.code ?? 'unreachable'}`, 502, { params: { host, detail: lost?.detail ?? '' } })

type At = { target: Target; path: string; seen: HostFacts }

const compare = async (run: ErrandRun, rendered: RenderedAt, at: At): Promise<Pick<FileCompared, 'state' | 'lines' | 'left'>> => {
  const fact = at.seen.paths[at.path]
  if (fact && !fact.exists) return { state: 'absent', lines: [], left: 0 }
  if (fact && fact.type !== 'file') return { state: 'other', lines: [], left: 0 }
  if (fact && fact.sizeBytes > comparedLimitBytes) return { state: 'unseen', lines: [], left: 0 }
  const onHost = await readFile(run, at)
  if (Buffer.byteLength(onHost) > comparedLimitBytes) return { state: 'unseen', lines: [], left: 0 } // it grew meanwhile
  const values = await valuesIn(run, rendered)
  const secretOf = (id: string): string => values.get(id) ?? ''
  const text = rendered.parts.map((part) => ('text' in part ? part.text : secretOf(part.secret))).join('')
  if (text === onHost) return { state: 'same', lines: [], left: 0 }
  return { state: 'differs', ...bounded(maskedDiff(rendered, onHost, secretOf)) }
}

/** As the deploy user: a link that somebody put there leads to nothing that he may not read. */
const readFile = async (run: ErrandRun, { target, path }: At): Promise<string> => {
  const refused = (detail: string) => new AppError('errands.file-unreadable', 409, { params: { host: target.host, path, detail } })
  try {
    const result = await run.transport.run(target, { argv: ['cat', '--', path], as: 'login', deadlineMs: 20_000 }, { signal: run.signal })
    if (result.exitCode !== 0) throw refused(result.stderr.trim())
    return result.stdout
  } catch (error) {
    if (error instanceof LinkLost) throw unreached(target.host, error)
    throw error
  }
}

/** The file's secrets, in this process only. Of one that was wiped there is none to compare with. */
const valuesIn = async (run: ErrandRun, { parts }: RenderedAt): Promise<Map<string, string>> => {
  const values = new Map<string, string>()
  for (const part of parts) {
    const sealed = 'secret' in part ? await sealedOf(run.db, part.secret) : undefined
    if ('secret' in part && sealed !== undefined)
      values.set(part.secret, kept.parse(JSON.parse(run.secrets.openSealed(sealed, part.secret))).password ?? '')
  }
  return values
}
