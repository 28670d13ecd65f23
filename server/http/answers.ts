import { z } from 'zod'
import { apiError } from '@/server/domain/api'

const content = <S extends z.ZodType>(schema: S) => ({ 'application/json': { schema } })

/** The refusals that any route may answer with. */
export const refusals = { default: { description: 'A refusal, with what to do about it.', content: content(apiError) } }

/** `responses` of a route that answers 200 with this JSON. */
export const answers = <S extends z.ZodType>(schema: S, description = 'OK') => ({ 200: { description, content: content(schema) } })

/** `responses` of a route that answers 202 with this JSON: accepted, done later. */
export const accepts = <S extends z.ZodType>(schema: S, description = 'Accepted') => ({ 202: { description, content: content(schema) } })

/** `request.body` of a route that takes this JSON. */
export const takes = <S extends z.ZodType>(schema: S) => ({ body: { required: true, content: content(schema) } })

export const idParam = z.object({ id: z.string().min(1).max(200) })
