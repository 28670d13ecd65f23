import type { ClusterDetail } from '@/server/domain/api'

export type InstanceRow = NonNullable<ClusterDetail['status']>['rows'][number]

/** What `-R` and `-N` name. Empty means: all. */
export type Selection = { roles: readonly string[]; nodes: readonly string[] }

/** Of an operation that takes only what is named: nothing ticked means nothing. */
export const namedOf = <R extends Pick<InstanceRow, 'id'>>(rows: readonly R[], { nodes }: Selection): readonly R[] =>
  rows.filter(({ id }) => nodes.includes(id))

export const everything: Selection = { roles: [], nodes: [] }

/** Why a row is in or out: by its role, by not being ticked, or it is taken. */
export type Membership = 'in' | 'other-role' | 'not-ticked'

export const membershipOf = ({ roles, nodes }: Selection, row: Pick<InstanceRow, 'id' | 'role'>): Membership => {
  if (roles.length > 0 && !roles.includes(row.role)) return 'other-role'
  return nodes.length > 0 && !nodes.includes(row.id) ? 'not-ticked' : 'in'
}

/** The intersection of roles and nodes, as `tiup dm` takes both; all of them without either. */
export const chosenOf = <R extends Pick<InstanceRow, 'id' | 'role'>>(rows: readonly R[], selection: Selection): readonly R[] =>
  rows.filter((row) => membershipOf(selection, row) === 'in')

/** A list with one thing more, or less. */
export const flipped = (list: readonly string[], one: string): readonly string[] =>
  list.includes(one) ? list.filter((other) => other !== one) : [...list, one]

/** ` -R a,b -N x,y`, as `tiup dm` takes it. */
export const selectionFlags = ({ roles, nodes }: Selection): string =>
  `${roles.length > 0 ? ` -R ${roles.join(',')}` : ''}${nodes.length > 0 ? ` -N ${nodes.join(',')}` : ''}`

/** How many of each role, in the order of the rows. */
export const countByRole = (rows: readonly Pick<InstanceRow, 'role'>[]): readonly (readonly [role: string, count: number])[] => {
  const counts = new Map<string, number>()
  for (const { role } of rows) counts.set(role, (counts.get(role) ?? 0) + 1)
  return [...counts]
}

/** Whether a process runs, by the words of `display`. */
export const isUp = (row: Pick<InstanceRow, 'status' | 'unitState'>): boolean =>
  row.unitState.value.startsWith('active') ||
  ['Up', 'Free', 'Bound', 'Relay'].includes(row.status.value) ||
  row.status.value.startsWith('Healthy')
