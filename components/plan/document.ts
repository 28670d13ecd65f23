import type { PlanView } from '@/server/domain/api'
import type { Plan } from '@/server/domain/plan'

/** The plan document of a record that is ready; undefined while it is being made. Its shape is the runner's own, kept by hash. */
export const documentOf = (record: PlanView): Plan | undefined => {
  const isPlan = (document: unknown): document is Plan => typeof document === 'object' && document !== null && 'phases' in document
  return isPlan(record.document) ? record.document : undefined
}
