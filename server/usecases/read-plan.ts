import type { PlanView } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { stepsOf } from '@/server/domain/plan'
import type { Act, BlobRef } from '@/server/domain/step'
import { kindOf } from '@/server/steps/kinds'
import { readBlob } from '@/server/store/blobs'
import type { Db } from '@/server/store/database'
import { findPlan, type PlanRow } from '@/server/store/plans'

/** What is shown in a secret's place. */
const secretText = '******'

/** Throws plan-unknown. */
export const readPlan = async (db: Db, id: string): Promise<PlanView> => viewOf(await demandPlan(db, id))

const demandPlan = async (db: Db, id: string): Promise<PlanRow> => {
  const plan = await findPlan(db, id)
  if (!plan) throw new AppError('usecases.plan-unknown', 404)
  return plan
}

const viewOf = (plan: PlanRow): PlanView => ({
  id: plan.id,
  cluster: plan.clusterName,
  operation: plan.operation,
  state: plan.state,
  hash: plan.hash,
  document: plan.document,
  forecast: { ...plan.forecast?.steps },
  factsAt: plan.forecast?.factsAt ?? null,
  problems: plan.problems.map((problem) => ({ ...problem, params: { ...problem.params } })),
  error: plan.error,
  askedBy: plan.askedBy,
  createdAt: plan.createdAt,
  jobId: plan.jobId,
})

/** What the plan was asked with, secrets masked: they are known by their places when it is asked for again. Throws plan-unknown. */
export const planInput = async (db: Db, id: string): Promise<unknown> => (await demandPlan(db, id)).input

export type PlanCommand = { step: string; host: string; commands: string[] }

/** The exact commands of one step, or of all. A script is shown by its name and arguments, then its text. Secrets are masked. */
export const planCommands = async (db: Db, id: string, stepId?: string): Promise<PlanCommand[]> => {
  const { document } = await demandPlan(db, id)
  const steps = (document ? stepsOf(document) : []).filter((step) => stepId === undefined || step.id === stepId)
  if (stepId !== undefined && steps.length === 0) throw new AppError('usecases.step-unknown', 404, { params: { step: stepId } })
  return steps.map((step) => ({
    step: step.id,
    host: 'host' in step ? step.host : '',
    commands: kindOf(step)
      .acts(step)
      .map((act) => commandText(act)),
  }))
}

const commandText = (act: Act): string => {
  switch (act.act) {
    case 'exec':
      return `${act.as === 'root' ? '# ' : '$ '}${act.argv.map(shown).join(' ')}${act.stdin === undefined ? '' : `\n${act.stdin}`}`
    case 'command':
      return `${act.as === 'root' ? '# ' : '$ '}${act.command}`
    case 'dmctl':
      return `# ${act.argv.map(shown).join(' ')}`
    case 'put':
      return `put ${contentName(act.content)} ${act.path}`
    case 'http':
      return `${act.method} http://${act.address}:${act.port}${act.path}${act.body ? ` ${act.body}` : ''}`
    case 'keep-export':
      return `keep ${act.path}, sealed`
    case 'login':
      return `log in as ${act.user} by credential ${act.credentialId}: it ${act.expect === 'works' ? 'works' : 'is refused'}`
    case 'pull':
      return `read ${act.path} as ${act.user}, into the data folder`
    case 'record':
      return `record ${JSON.stringify(act.change)}`
  }
}

const contentName = (content: Extract<Act, { act: 'put' }>['content']): string => {
  if ('blob' in content) return blobName(content.blob)
  return 'kept' in content ? `${content.kept.name}, sha256:${content.kept.sha256}` : `package ${content.package}`
}

const blobName = (blob: BlobRef): string => (blob.secret ? 'secret file' : `sha256:${blob.sha256}`)

/** Quoted as a reader would type it; the wire has its own quoting. */
const shown = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)

/** A file of the plan as it will lie on the host; secrets in it are masked. Only blobs that the plan names. */
export const planBlob = async (db: Db, id: string, sha256: string): Promise<{ sha256: string; secret: boolean; text: string }> => {
  const { document } = await demandPlan(db, id)
  const named = (document ? stepsOf(document) : []).some((step) => step.kind === 'file' && step.content.sha256 === sha256)
  const blob = named ? await readBlob(db, sha256) : undefined
  if (!blob) throw new AppError('usecases.blob-unknown', 404)
  const text = blob.parts.map((part) => ('text' in part ? part.text : secretText)).join('')
  // One that is secret as a whole does not say where in it the secret stands.
  const hidden = blob.secret && blob.parts.every((part) => 'text' in part)
  return { sha256, secret: blob.secret, text: hidden ? secretText : text }
}
