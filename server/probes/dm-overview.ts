import { z } from 'zod'
import { maskAnswer } from '@/server/domain/dmctl/mask'
import type { DmError, DmOverview, DmRelay, DmSourceRow, DmTaskRow } from '@/server/domain/dmctl/overview'
import type { WorkerFact } from '@/server/domain/facts'
import type { DdlLock, SourceBinding } from './dmctl-answers'

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const errorShape = z.object({ ErrCode: z.number().default(0), Message: text, RawCause: text, Workaround: text })
const result = z.object({ errors: z.array(errorShape).nullish() }).nullish()
const progress = z.object({ progress: text }).nullish()
const count = z.union([z.string(), z.number()]).transform(Number)
const subtask = z.object({
  ...{ name: z.string(), stage: z.string(), unit: z.string(), result, unresolvedDDLLockID: text, dump: progress, load: progress },
  sync: z
    .object({ secondsBehindMaster: count.optional(), masterBinlog: text, syncerBinlog: text, blockingDDLs: z.array(z.string()).nullish() })
    .nullish(),
})
const relay = z
  .object({ stage: text, masterBinlog: text, relayBinlog: text, relayCatchUpMaster: z.boolean().default(false), result })
  .nullish()
const answer = z.object({
  sources: z
    .array(
      z.object({
        ...{ result: z.boolean(), msg: text, subTaskStatus: z.array(subtask).nullish() },
        sourceStatus: z.object({ source: z.string(), worker: z.string(), relayStatus: relay }).nullish(),
      }),
    )
    .nullish(),
})

/**
 * Everything of query-status in full that a person wants to see, with the bindings (a source without a worker is in those only), the locks
 * and the workers. What is not a status at all has no rows.
 */
export const overviewOf = (
  at: string,
  status: unknown,
  { bindings, locks, workers }: { bindings: readonly SourceBinding[]; locks: readonly DdlLock[]; workers: readonly WorkerFact[] },
): DmOverview => {
  const answers = answer.safeParse(status).data?.sources ?? []
  const tasks = answers.flatMap(({ sourceStatus, subTaskStatus }) =>
    (subTaskStatus ?? []).flatMap((one) => (one.name === '' ? [] : [taskRow(one, sourceStatus?.source ?? '', sourceStatus?.worker ?? '')])),
  )
  const sources = bindings.map(({ source, worker, note }): DmSourceRow => {
    const said = answers.find((one) => one.sourceStatus?.source === source)
    return {
      ...{ source, worker, workerStage: workers.find(({ name }) => name === worker)?.stage ?? '' },
      note: said && !said.result ? said.msg : note,
      relay: relayOf(said?.sourceStatus?.relayStatus),
      tasks: tasks.filter((one) => one.source === source).map(({ task }) => task),
    }
  })
  return {
    ...{ at, sources, tasks: tasks.toSorted((a, b) => a.task.localeCompare(b.task) || a.source.localeCompare(b.source)) },
    locks: locks.map(({ id, task, owner, ddls, unsynced }) => ({ id, task, owner, ddls: [...ddls], unsynced: [...unsynced] })),
    workers: workers.map(({ name, stage, source }) => ({ name, stage, source })),
  }
}

const errorsOf = (said: z.infer<typeof result>): DmError[] =>
  (said?.errors ?? []).map(({ ErrCode, Message, RawCause, Workaround }) => ({
    ...{ code: ErrCode, message: maskAnswer(Message), cause: maskAnswer(RawCause), workaround: maskAnswer(Workaround) },
  }))

const taskRow = (one: z.infer<typeof subtask>, source: string, worker: string): DmTaskRow => {
  const { sync, dump, load } = one
  const lag = one.unit === 'Sync' ? sync?.secondsBehindMaster : undefined
  return {
    ...{ task: one.name, source, worker, stage: one.stage, unit: one.unit },
    lagS: lag === undefined || Number.isNaN(lag) ? null : lag,
    progress: (one.unit === 'Dump' ? dump : one.unit === 'Load' ? load : undefined)?.progress ?? '',
    ...{ masterBinlog: sync?.masterBinlog ?? '', syncerBinlog: sync?.syncerBinlog ?? '', errors: errorsOf(one.result) },
    ...{ ddlLock: one.unresolvedDDLLockID, blockingDdls: sync?.blockingDDLs ?? [] },
  }
}

const relayOf = (said: z.infer<typeof relay>): DmRelay | null =>
  said
    ? {
        ...{ stage: said.stage, masterBinlog: said.masterBinlog, relayBinlog: said.relayBinlog },
        ...{ caughtUp: said.relayCatchUpMaster, errors: errorsOf(said.result) },
      }
    : null
