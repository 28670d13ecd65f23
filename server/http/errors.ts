import { randomUUID } from 'node:crypto'
import type { Context } from 'hono'
import type { z } from 'zod'
import type { ApiError } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import type { Problem } from '@/server/domain/problem'
import { problemText } from '@/server/domain/words/catalogue'
import type { Language } from '@/server/domain/words/words'

/** The answer to an error: an `AppError` in the reader's words; anything else is logged and answered without its inside. */
export const answerError = (error: unknown, c: Context): Response => {
  const refusal = error instanceof AppError ? error : unexpected(error, c)
  const body = errorBody(refusal, languageOf(c.req.header('accept-language')))
  return c.json(body, refusal.status)
}

export const errorBody = (error: Pick<AppError, 'code' | 'params' | 'problems'>, language: Language): ApiError => ({
  code: error.code,
  ...problemText(error, language),
  problems: error.problems.map((problem) => ({ ...problem, params: { ...problem.params } })),
})

/** Chinese when the browser asks for it before English; English otherwise. */
export const languageOf = (acceptLanguage: string | undefined): Language => {
  const first = (acceptLanguage ?? '').split(',').find((part) => /^\s*(zh|en)\b/i.test(part))
  return first && /^\s*zh/i.test(first) ? 'zh-CN' : 'en'
}

/** What zod found wrong with a request. */
export const requestInvalid = (error: z.core.$ZodError): AppError =>
  new AppError('platform.request-invalid', 400, {
    problems: error.issues.map((issue): Problem => {
      const field = issue.path.map(String).join('.')
      return { code: 'platform.field-invalid', severity: 'error', path: field, params: { field, reason: issue.message } }
    }),
  })

const unexpected = (error: unknown, c: Context): AppError => {
  const reference = randomUUID().slice(0, 8)
  console.error(`[${reference}] ${c.req.method} ${c.req.path}`, error)
  return new AppError('platform.internal', 500, { params: { reference } })
}
