'use client'

import { toast } from 'sonner'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { Segmented } from '@/components/ui/badge'
import { copyText } from '@/components/ui/copy-button'
import { FilterBox } from '@/components/ui/filter-box'
import { PathText } from '@/components/ui/middle'
import { Status } from '@/components/ui/status-shape'
import { type Column, Table } from '@/components/ui/table'
import { shortAge, useNow } from '@/components/ui/time'
import { Tooltip } from '@/components/ui/tooltip'
import type { ClusterDetail } from '@/server/domain/api'
import { staleAfterS, statusShape } from './shapes'

export type Row = NonNullable<ClusterDetail['status']>['rows'][number]
type Seen = { source: string; at: string | null; why?: string | undefined }

const groups = ['all', 'dm-master', 'dm-worker', 'monitoring'] as const
type Group = (typeof groups)[number]
const inGroup = (row: Row, group: Group): boolean =>
  group === 'all' || row.role === group || (group === 'monitoring' && !row.role.startsWith('dm-'))

/** The columns and words of `tiup dm display`, in its order. */
export function DisplayTable(props: { cluster: ClusterDetail; selected: string | null; onOpen: (row: Row) => void }) {
  const { say } = useWords()
  const url = useUrlState()
  const narrow = props.selected !== null
  const columns = useColumns(narrow, props.cluster.status?.rows ?? [])
  const group: Group = groups.find((one) => one === url.get('role')) ?? 'all'
  const text = url.get('q').toLowerCase()
  const rows = props.cluster.status?.rows ?? []
  const shown = rows.filter(
    (row) =>
      inGroup(row, group) &&
      `${row.id} ${row.role} ${row.source} ${row.status.value} ${row.dataDir} ${row.deployDir}`.toLowerCase().includes(text),
  )
  return (
    <>
      <div className="row pad flex-wrap py-3">
        <FilterBox label={say('cluster.filter')} value={url.get('q')} onChange={(q) => url.set({ q })} width={220} />
        <Segmented<Group>
          label={say('col.nodes')}
          value={group}
          onChange={(role) => url.set({ role: role === 'all' ? '' : role })}
          options={groups.map((value) => ({
            value,
            label: value === 'all' ? say('cluster.all-roles') : value === 'monitoring' ? say('cluster.monitoring') : value,
          }))}
        />
        <span className="t3 sm">{say('cluster.total', { count: rows.length })}</span>
        <span className="grow" />
        {narrow ? (
          <span className="t3 sm">
            {say('cluster.fields-hidden', { shown: columns.filter((column) => !column.spare).length, all: columns.length })}
          </span>
        ) : null}
      </div>
      <div className="scroll">
        {props.cluster.status ? (
          <Table
            label={props.cluster.name}
            columns={columns}
            rows={shown}
            rowKey={(row) => row.id}
            selected={props.selected}
            narrow={narrow}
            onOpen={props.onOpen}
            copyOf={(row) => row.id}
            onCopy={(id) => void copyText(id).then(() => toast(`${say('act.copied')}: ${id}`))}
          />
        ) : (
          <p className="pad t3 py-4">{say('cluster.no-status')}</p>
        )}
      </div>
    </>
  )
}

/** Room for the longest of some texts in mono, never so much that the other columns drown. */
const widthFor = (texts: readonly string[], leastPx: number): number =>
  Math.min(280, Math.max(leastPx, Math.ceil(7.3 * Math.max(0, ...texts.map((text) => text.length)) + 26)))

const useColumns = (narrow: boolean, rows: readonly Row[]): readonly Column<Row>[] => {
  const { say } = useWords()
  const idPx = widthFor(
    rows.map((row) => row.id),
    120,
  )
  const hostPx = widthFor(
    rows.map((row) => row.host),
    80,
  )
  const portsPx = widthFor(
    rows.map((row) => row.ports),
    82,
  )
  return [
    { key: 'id', title: 'ID', width: idPx + 12, sortBy: (row) => row.id, cell: (row) => <span className="mono">{row.id}</span> },
    {
      key: 'role',
      title: 'Role',
      width: 110,
      sortBy: (row) => row.role,
      cell: (row) => (
        <>
          {row.role}
          {row.patched ? <span className="warn m"> ({say('instance.patched')})</span> : null}
        </>
      ),
    },
    { key: 'host', title: 'Host', width: hostPx, sortBy: (row) => row.host, cell: (row) => <span className="mono t2">{row.host}</span> },
    { key: 'ports', title: 'Ports', width: portsPx, cell: (row) => <span className="mono t2">{row.ports}</span> },
    { key: 'os', title: 'OS/Arch', width: 90, spare: true, cell: (row) => <span className="t2">{row.osArch}</span> },
    {
      key: 'status',
      title: 'Status',
      width: narrow ? 150 : 200,
      sortBy: (row) => row.status.value,
      cell: (row) => (
        <SeenCell seen={row.status}>
          <Status shape={statusShape(row.status.value)} detail={row.source ? <span className="mono">{row.source}</span> : null}>
            {row.status.value}
            {row.boots?.value === 'disabled' ? <span className="warn sm"> · {say('instance.not-on-boot')}</span> : null}
          </Status>
        </SeenCell>
      ),
    },
    { key: 'since', title: 'Since', width: 92, sortBy: (row) => row.since.value ?? '', cell: (row) => <Since row={row} /> },
    { key: 'data', title: 'Data Dir', spare: true, cell: (row) => <PathText path={row.dataDir} /> },
    { key: 'deploy', title: 'Deploy Dir', spare: true, cell: (row) => <PathText path={row.deployDir} /> },
  ]
}

function Since({ row }: { row: Row }) {
  const now = useNow()
  const since = row.since.value
  const text = since && now !== null ? shortAge((now - Date.parse(since)) / 1000).replace(' ', '') : '-'
  return (
    <SeenCell seen={row.since}>
      <span className="n">{text}</span>
    </SeenCell>
  )
}

/** A value with its source and age on hover; one that is old turns grey with its age in warn colour. */
export function SeenCell({ seen, children }: { seen: Seen; children: React.ReactNode }) {
  const { say } = useWords()
  const now = useNow()
  const ageS = seen.at && now !== null ? Math.max(0, (now - Date.parse(seen.at)) / 1000) : null
  const stale = ageS !== null && ageS > staleAfterS
  const source = seen.source === 'topology' ? say('cell.topology') : seen.source === 'none' ? say('cell.none') : seen.source
  const text = [say('cell.source', { source }), ageS === null ? '' : shortAge(ageS), seen.why ? say('cell.why', { why: seen.why }) : '']
    .filter(Boolean)
    .join(' · ')
  return (
    <Tooltip text={text}>
      <span className={stale ? 'row g1 t3' : 'row g1'}>
        {children}
        {stale ? <span className="warn n">{shortAge(ageS)}</span> : null}
      </span>
    </Tooltip>
  )
}
