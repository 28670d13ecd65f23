import type { Db } from '@/server/store/database'
import type { ErrandRow } from '@/server/store/errands'
import { askRunner } from './ask-errand'
import type { Who } from './audited'

/** Looks for clusters in a TiUP storage folder below the configured root. */
export const scanTiup = (db: Db, who: Who, ask: { path: string }): Promise<ErrandRow> =>
  askRunner(db, who, { kind: 'scan-tiup', input: ask, deed: { what: 'scan-tiup', command: 'tiup dm list', targets: [ask.path] } })

/** Takes clusters over, read-only: their topology, their keys, their patched marks. Nothing on their hosts is changed. */
export const adoptClusters = (db: Db, who: Who, ask: { path: string; names: readonly string[] }): Promise<ErrandRow> => {
  const deed = { what: 'adopt', command: `dm-panel adopt ${ask.names.join(' ')}`, targets: [...ask.names] }
  return askRunner(db, who, { kind: 'adopt-cluster', input: { ...ask, by: who.email }, deed })
}
