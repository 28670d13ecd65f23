import { createHash, randomUUID } from 'node:crypto'
import { AppError } from '@/server/domain/app-error'
import { stepsOf } from '@/server/domain/plan'
import { waiverReasons } from '@/server/domain/plan-inputs'
import { isError } from '@/server/domain/problem'
import { appendAudit } from '@/server/store/audit'
import { createCluster, findCluster } from '@/server/store/clusters'
import { type Db, isDuplicate, type Tx } from '@/server/store/database'
import { createJob } from '@/server/store/jobs'
import { isKept } from '@/server/store/kept-files'
import { packagesGone } from '@/server/store/packages'
import { findPlan, type PlanRow, planText } from '@/server/store/plans'
import { conclude, intend, type Who } from './audited'
import { demandSudo, runsAsRoot } from './may-sudo'
import { tiupLine } from './tiup-line'
import { demandNotFormer } from './unknown-cluster'

export type Submit = { planId: string; confirm?: string | undefined; consent: readonly string[] }
export type Submitted = { id: string; number: number }

/** Facts older than this are not good enough to act on. */
const factsMaxAgeMs = 10 * 60_000

/**
 * Starts a reviewed plan, as it is. One transaction: plan ready and its hash unchanged, revision, reservation, job, audit intent, and on
 * deploy the cluster. Throws plan-stale, plan-package-gone, cluster-busy, name-mismatch, consent-missing, facts-too-old, plan-not-ready, plan-has-errors.
 */
export const submitPlan = async (db: Db, who: Who, submit: Submit, now: Date = new Date()): Promise<Submitted> => {
  const plan = await findPlan(db, submit.planId)
  if (!plan) throw new AppError('usecases.plan-unknown', 404)
  const deed = {
    what: plan.operation,
    command: plan.document?.tiupCommand ?? tiupLine('start', plan.clusterName, plan.input),
    cluster: plan.clusterName,
    ...(plan.hash === null ? {} : { planHash: plan.hash }),
    targets: Object.keys(plan.document?.hosts ?? {}),
  }
  try {
    demandSubmittable(plan, submit, now)
    demandSudo(who, plan.document !== null && runsAsRoot(plan.document))
    return await create(db, who, { plan, deed })
  } catch (error) {
    // Within the transaction the intent goes with the job; a refused one is recorded on its own.
    if (error instanceof AppError) {
      const refused = { ...deed, detail: { plan: plan.id } }
      await conclude(db, who, refused, { act: await intend(db, who, refused), result: `refused: ${error.code}` })
    }
    throw error
  }
}

const demandSubmittable = (plan: PlanRow, { confirm, consent }: Submit, now: Date): void => {
  if (plan.state !== 'ready' || !plan.document || !plan.forecast) {
    throw new AppError('usecases.plan-not-ready', 409, { params: { state: plan.state } })
  }
  const errors = plan.problems.filter(isError)
  if (errors.length > 0) throw new AppError('usecases.plan-has-errors', 409, { problems: errors })
  if (plan.document.destructive && confirm !== plan.clusterName) {
    throw new AppError('usecases.name-mismatch', 422, { params: { name: plan.clusterName } })
  }
  const unread = plan.problems.filter((problem) => problem.severity === 'warning' && !consent.includes(problem.code))
  if (unread.length > 0) throw new AppError('usecases.consent-missing', 422, { problems: unread })
  const ageMs = now.getTime() - Date.parse(plan.forecast.factsAt)
  if (ageMs > factsMaxAgeMs) throw new AppError('usecases.facts-too-old', 409, { params: { minutes: Math.round(ageMs / 60_000) } })
}

type Deed = { what: string; command: string; cluster: string; planHash?: string; targets: string[] }

const create = async (db: Db, who: Who, { plan, deed }: { plan: PlanRow; deed: Deed }): Promise<Submitted> => {
  const created = await createJob(db, {
    planId: plan.id,
    clusterName: plan.clusterName,
    operation: plan.operation,
    startedBy: who.email,
    also: async (tx, job) => {
      await demandUnchanged(tx, plan)
      await demandPackages(tx, plan)
      await demandFiles(tx, plan)
      await writeCluster(tx, plan, who)
      const reasons = waiverReasons(plan.input)
      const steps = plan.document ? stepsOf(plan.document).length : 0
      const detail = { plan: plan.id, job: job.number, steps, ...(reasons === '' ? {} : { reasons }) }
      await appendAudit(tx, { ...deed, phase: 'intent', act: randomUUID(), actor: who.email, from: who.from, jobId: job.id, detail })
    },
  })
  if (created.created) return { id: created.id, number: created.number }
  if (created.why === 'plan-not-ready') throw new AppError('usecases.plan-not-ready', 409, { params: { state: 'submitted' } })
  const { id, number, operation } = created.holdingJob
  throw new AppError('usecases.cluster-busy', 409, { params: { cluster: plan.clusterName, job: id, number, operation } })
}

const demandUnchanged = async (tx: Tx, plan: PlanRow): Promise<void> => {
  const text = await planText(tx, plan.id)
  if (text === null || createHash('sha256').update(text).digest('hex') !== plan.hash) throw new AppError('usecases.plan-altered', 409)
  const cluster = await findCluster(tx, plan.clusterName)
  if (plan.operation === 'deploy' ? cluster !== undefined : cluster?.revision !== plan.revision) {
    throw new AppError('usecases.plan-stale', 409, { params: { planned: plan.revision, now: cluster?.revision ?? 0 } })
  }
  // A plan may be older than the day on which its cluster was handed back.
  if (cluster?.adopted && plan.operation !== 'manage')
    throw new AppError('usecases.adopted-read-only', 409, { params: { name: cluster.name } })
}

/** A package may have been deleted since the review; better said now than when the first host waits for it. */
const demandPackages = async (tx: Tx, plan: PlanRow): Promise<void> => {
  const wanted = plan.document ? stepsOf(plan.document).flatMap((step) => (step.kind === 'package-cached' ? [step] : [])) : []
  const gone = await packagesGone(tx, [...new Set(wanted.map(({ sha256 }) => sha256))])
  const name = wanted.find(({ sha256 }) => gone.includes(sha256))?.name
  if (name !== undefined) throw new AppError('usecases.plan-package-gone', 409, { params: { package: name } })
}

/** An upload is kept for a day. */
const demandFiles = async (tx: Tx, plan: PlanRow): Promise<void> => {
  const ids = plan.document ? stepsOf(plan.document).flatMap((step) => (step.kind === 'file-pushed' ? [step.file.id] : [])) : []
  for (const id of new Set(ids)) if (!(await isKept(tx, id))) throw new AppError('usecases.file-gone', 409)
}

const writeCluster = async (tx: Tx, plan: PlanRow, who: Who): Promise<void> => {
  const creates = plan.forecast?.creates
  if (plan.operation !== 'deploy' || !creates) return
  await demandNotFormer(tx, plan.clusterName)
  try {
    await createCluster(tx, { ...creates, name: plan.clusterName, lifecycle: 'deploying', createdBy: who.email })
  } catch (error) {
    if (isDuplicate(error)) throw new AppError('usecases.cluster-exists', 409, { params: { name: plan.clusterName } })
    throw error
  }
}
