import { z } from 'zod'
import { deployInput, removeDeployInput, selectInput } from './api'
import type { OperationName } from './plan'

/** Problems that the user waives, each with a reason: their codes. */
const waivers = z.array(z.object({ code: z.string(), reason: z.string().trim().min(1) })).default([])

/** Pace and patience of an operation that takes instances down one after another. Seconds. */
export const rollingInput = z.object({
  rolling: z
    .object({
      batch: z.number().int().min(1).max(64).default(1),
      canary: z.boolean().default(true),
      tolerance: z.number().int().min(0).max(64).default(0),
      stableS: z.number().int().min(0).max(3600).optional(),
    })
    .optional(),
  waitTimeoutS: z.number().int().min(5).max(86_400).optional(),
  transferTimeoutS: z.number().int().min(5).max(86_400).optional(),
  waivers,
})

export const restartInput = z.object({ ...selectInput.shape, ...rollingInput.shape, atOnce: z.boolean().default(false) })

/** What each operation is asked for with. */
export const planInputs = {
  deploy: deployInput,
  start: selectInput,
  stop: selectInput,
  restart: restartInput,
  'remove-deploy': removeDeployInput,
} as const satisfies Record<OperationName, z.ZodType>
