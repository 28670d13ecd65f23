import { AppError } from '@/server/domain/app-error'
import type { Problem } from '@/server/domain/problem'
import { maskYaml } from '@/server/domain/topology/mask-yaml'
import { located, parseTopology } from '@/server/domain/topology/parse'
import { hostPort } from '@/server/domain/topology/topology'
import { secretMask, type TypedSecret, takeTypedSecrets } from '@/server/domain/topology/typed-secrets'
import { findCluster } from '@/server/store/clusters'
import { dropSecret, findCredential, keepSecret } from '@/server/store/credentials'
import type { Db } from '@/server/store/database'
import { sealSecret } from '@/server/store/secrets-seal'
import { readSetting } from '@/server/store/settings'

type Ask = { yaml: string; cluster: string }

/**
 * Seals the secrets of a topology for the runner, each as a credential of its own, and resolves with the text that may be kept.
 * Only for a cluster that does not exist yet. Throws plan-has-errors, runner-not-started; then nothing of it is kept.
 */
export const sealTopology = async (db: Db, ask: Ask & { by: string }): Promise<string> => {
  const masked = await sealTyped(db, ask)
  await dropUntyped(db, ask.cluster, masked)
  return masked
}

/** As `sealTopology`, for a cluster that exists: a password that is left out stays as it is. */
export const sealTyped = async (db: Db, { yaml, cluster, by }: Ask & { by: string }): Promise<string> => {
  const { masked, secrets } = takeTypedSecrets(yaml, cluster)
  const problems = await secretProblems(db, { yaml, cluster })
  if (problems.length > 0) throw new AppError('usecases.plan-has-errors', 422, { problems })
  const typed = secrets.filter(({ value }) => value !== secretMask)
  if (typed.length > 0 && (await readSetting(db, 'secrets.public-key')) === undefined) {
    throw new AppError('usecases.runner-not-started', 503)
  }
  for (const secret of typed) {
    const sealed = await sealSecret(db, JSON.stringify(sealedForm(secret)), secret.id)
    await keepSecret(db, { id: secret.id, name: secret.path, sealed, createdBy: by })
  }
  return masked
}

/** What lies sealed: as it stands in its file, and as the user typed it. */
const sealedForm = ({ value, rendered }: TypedSecret): { password: string; plain: string } => ({ password: rendered, plain: value })

/** A Grafana whose password was typed once and is left out now gets one that the panel makes. */
const dropUntyped = async (db: Db, cluster: string, masked: string): Promise<void> => {
  for (const { host, port, password } of parseTopology(masked).topology?.grafanas ?? []) {
    if (!password) await dropSecret(db, `grafana:${cluster}:${hostPort(host, port)}`)
  }
}

/** Secrets in wrong places, and masks of secrets that nobody has typed for this cluster. */
export const secretProblems = async (db: Db, { yaml, cluster }: Ask): Promise<Problem[]> => {
  const of = (await findCluster(db, cluster))?.secretsOf ?? cluster
  const { secrets, problems } = takeTypedSecrets(yaml, of)
  const forgotten: Problem[] = []
  for (const { id, path, value } of secrets) {
    if (value !== secretMask || cluster === '' || (await findCredential(db, id))) continue
    forgotten.push({ code: 'usecases.secret-forgotten', severity: 'error', path, params: { key: path } })
  }
  return [...problems, ...located(yaml, forgotten)]
}

/** What a wizard keeps of what was typed: topologies without their secrets, and no password. */
export const maskDraft = (value: unknown, key = ''): unknown => {
  if (typeof value === 'string')
    return /^(password|passphrase|privateKey)$/.test(key) ? '' : value.includes(':') ? maskedText(value) : value
  if (Array.isArray(value)) return value.map((item) => maskDraft(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, maskDraft(item, name)]))
}

const maskedText = (text: string): string => {
  const { masked, problems } = takeTypedSecrets(text, '')
  return problems.length === 0 ? masked : maskYaml(masked)
}
