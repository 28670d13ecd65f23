import { AppError } from '@/server/domain/app-error'
import { type Plan, stepsOf } from '@/server/domain/plan'
import type { Who } from './audited'

/** To be root with a text of one's own is a permission apart from all roles but the administrator's. Throws sudo-forbidden. */
export const demandSudo = (who: Who, asRoot: boolean): void => {
  if (asRoot && who.maySudo !== true) throw new AppError('usecases.sudo-forbidden', 403)
}

export const runsAsRoot = (plan: Plan): boolean =>
  stepsOf(plan).some(
    (step) =>
      (step.kind === 'command' && step.sudo) || ((step.kind === 'file-pushed' || step.kind === 'file-pulled') && step.user === 'root'),
  )
