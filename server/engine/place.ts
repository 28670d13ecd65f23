import type { Lane, Phase } from '@/server/domain/plan'
import type { StepId } from '@/server/domain/step'

export type Place = { phase: string; lane: string; step?: StepId }

export const placeOf = (phase: Phase, lane: Lane, step?: StepId): Place => ({
  phase: phase.id,
  lane: lane.id,
  ...(step === undefined ? {} : { step }),
})
