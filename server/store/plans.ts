import { randomUUID } from 'node:crypto'
import type { OperationName, Plan } from '@/server/domain/plan'
import type { Problem } from '@/server/domain/problem'
import type { JumpInput } from '@/server/domain/ssh-client'
import type { KeptFiles } from '@/server/domain/topology/own-files'
import type { Topology } from '@/server/domain/topology/topology'
import type { Db, Tx } from './database'

/** What the submit of a plan writes into the books, together with its job. */
export type ClusterToBe = {
  topology: Topology
  yaml: string
  files?: KeptFiles
  /** Jump hosts, which later plans and the watcher take too. */
  jump?: JumpInput
  version: string
  deployUser: string
  credentialId: string
}

export type Forecast = {
  steps: Readonly<Record<string, 'will-run' | 'already' | 'unknown'>>
  factsAt: string
  /** Only of a deploy. */
  creates?: ClusterToBe
}

export type PlanRow = {
  id: string
  clusterName: string
  operation: string
  state: 'probing' | 'ready' | 'failed' | 'submitted'
  input: unknown
  document: Plan | null
  hash: string | null
  revision: number
  forecast: Forecast | null
  problems: readonly Problem[]
  error: string | null
  askedBy: string
  askedFrom: string
  createdAt: string
  jobId: string | null
}

export const openPlan = async (
  tx: Db | Tx,
  plan: { clusterName: string; operation: OperationName; input: unknown; askedBy: string; askedFrom: string },
): Promise<string> => {
  const id = randomUUID()
  await tx.plan.create({ data: { ...plan, id, state: 'probing', input: JSON.stringify(plan.input) } })
  return id
}

export const findPlan = async (db: Db | Tx, id: string): Promise<PlanRow | undefined> => {
  const row = await db.plan.findUnique({ where: { id }, include: { jobs: { select: { id: true } } } })
  if (!row) return undefined
  return {
    ...{ id, clusterName: row.clusterName, operation: row.operation, hash: row.hash, revision: row.revision, error: row.error },
    ...{ askedBy: row.askedBy, askedFrom: row.askedFrom, createdAt: row.createdAt.toISOString(), jobId: row.jobs[0]?.id ?? null },
    state: row.state as PlanRow['state'], // written by this file and createJob only
    input: JSON.parse(row.input) as unknown,
    document: row.document === null ? null : (JSON.parse(row.document) as Plan), // written by readyPlan only
    forecast: row.forecast === null ? null : (JSON.parse(row.forecast) as Forecast), // written by readyPlan only
    problems: JSON.parse(row.problems) as Problem[], // written by this file only
  }
}

/** The document in the very text that was hashed. */
export const planText = async (db: Db | Tx, id: string): Promise<string | null> =>
  (await db.plan.findUnique({ where: { id }, select: { document: true } }))?.document ?? null

/** `text` is the canonical JSON of the plan and `hash` its sha256; from now on it does not change. */
export const readyPlan = async (
  db: Db,
  id: string,
  ready: { text: string; hash: string; revision: number; forecast: Forecast; problems: readonly Problem[] },
): Promise<void> => {
  await db.plan.updateMany({
    where: { id, state: 'probing' },
    data: {
      ...{ state: 'ready', document: ready.text, hash: ready.hash, revision: ready.revision, readyAt: new Date() },
      ...{ forecast: JSON.stringify(ready.forecast), problems: JSON.stringify(ready.problems) },
    },
  })
}

/** No plan can be made; `problems` say why, or `error` names what went wrong. */
export const failPlan = async (db: Db, id: string, failure: { problems: readonly Problem[]; error: string }): Promise<void> => {
  await db.plan.updateMany({
    where: { id, state: 'probing' },
    data: { state: 'failed', problems: JSON.stringify(failure.problems), error: failure.error },
  })
}
