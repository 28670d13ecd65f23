import { AppError } from '@/server/domain/app-error'
import type { Db, Tx } from '@/server/store/database'
import { nowCalled } from '@/server/store/former-names'

/** There is no cluster of this name; where one had it before, its name of now is said. */
export const unknownCluster = async (db: Db, name: string): Promise<AppError> => {
  const to = await nowCalled(db, name)
  return to === undefined
    ? new AppError('usecases.cluster-unknown', 404, { params: { name } })
    : new AppError('usecases.cluster-renamed', 404, {
        params: { name, to },
        problems: [{ code: 'usecases.cluster-renamed', severity: 'error', path: 'name', params: { name, to } }],
      })
}

/** Throws name-kept: a living cluster had this name before. `of`: that cluster itself may take it again. */
export const demandNotFormer = async (db: Db | Tx, name: string, of?: string): Promise<void> => {
  const to = await nowCalled(db, name)
  if (to !== undefined && to !== of) throw new AppError('usecases.name-kept', 409, { params: { name, to } })
}
