import type { InstanceRow } from '@/components/rolling/selection'

/** Why an instance may not be taken away in this plan. */
export type Barred = 'last-master' | 'one-master' | 'quorum'

const isMaster = ({ role }: Pick<InstanceRow, 'role'>): boolean => role === 'dm-master'
const isAlive = ({ status }: Pick<InstanceRow, 'status'>): boolean => status.value.startsWith('Healthy')

/** More than half. */
export const quorumOf = (masters: number): number => Math.floor(masters / 2) + 1

/** Counted on live members: of three with one dead, the dead one may go, a live one may not. */
export const keepsQuorum = (rows: readonly InstanceRow[], leaving: InstanceRow): boolean => {
  const masters = rows.filter(isMaster)
  const alive = masters.filter((row) => isAlive(row) && row.id !== leaving.id).length
  return alive >= quorumOf(masters.length - 1)
}

/** What bars a row from being ticked; a ticked one can always be unticked. */
export const barredOf = (rows: readonly InstanceRow[], nodes: readonly string[], row: InstanceRow): Barred | undefined => {
  if (!isMaster(row) || nodes.includes(row.id)) return undefined
  const masters = rows.filter(isMaster)
  if (masters.length === 1) return 'last-master'
  if (masters.some(({ id }) => nodes.includes(id))) return 'one-master'
  return masters.some(isAlive) && !keepsQuorum(rows, row) ? 'quorum' : undefined
}

/** Workers that leave bound though fewer workers stay free than leave bound: each needs its name and a reason. */
export const unboundOf = (rows: readonly InstanceRow[], nodes: readonly string[]): readonly InstanceRow[] => {
  const workers = rows.filter(({ role }) => role === 'dm-worker')
  const bound = workers.filter(({ id, source }) => nodes.includes(id) && source !== '')
  const free = workers.filter(({ id, status }) => !nodes.includes(id) && status.value === 'Free')
  return bound.length > free.length ? bound : []
}
