import type { ErrandView } from '@/server/domain/api'
import type { ErrandRow } from '@/server/store/errands'
import type { Who } from '@/server/usecases/audited'
import type { ApiContext } from './api'
import { errorBody, languageOf } from './errors'

/** Who asks, as audit records name them. */
export const who = (c: Pick<ApiContext, 'get'>): Who => {
  const { id, email, from, maySudo } = c.get('user')
  return { id, email, from, maySudo }
}

/** An errand as the API shows it, its error in the reader's words. */
export const errandBody = (row: ErrandRow, c: { req: { header(name: string): string | undefined } }): ErrandView => ({
  id: row.id,
  kind: row.kind,
  state: row.state,
  progress: row.progress,
  result: row.result,
  error: row.error && errorBody(row.error, languageOf(c.req.header('accept-language'))),
})
