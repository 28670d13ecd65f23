import type { Plan } from '@/server/domain/plan'
import type { StepId } from '@/server/domain/step'

/** The name under which a step's contents are staged on a host: two clusters may have the same step there at the same moment. */
export const stagedIdOf = (plan: Plan, id: StepId): StepId => `${plan.cluster}/${id}`
