'use client'

import Link from 'next/link'
import { useSession } from '@/components/data/queries'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { Chip } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { FilterBox } from '@/components/ui/filter-box'
import { Status } from '@/components/ui/status-shape'
import { type Column, Table } from '@/components/ui/table'
import { sizeText, Time, useNow } from '@/components/ui/time'
import type { HostRow } from '@/server/domain/api-hosts'
import { DiskCell } from './disk-cell'
import { type HostGroup, hostGroups, isOld, placeOf, standingOf } from './host-standing'

const groups = ['stopped', 'silent', 'warning'] as const

/** What is known of each host, worst first; what was not seen for long says so by its age. */
export function HostsTable({ rows }: { rows: readonly HostRow[] }) {
  const { say } = useWords()
  const url = useUrlState()
  const columns = useColumns()
  const text = url.get('q').toLowerCase()
  const group: HostGroup | undefined = groups.find((one) => one === url.get('state'))
  const found = rows.filter((row) => textOf(row).includes(text))
  const shown = group ? found.filter((row) => hostGroups(row).includes(group)) : found
  return (
    <>
      <div className="row pad flex-wrap py-3">
        <FilterBox label={say('hosts.filter-all')} value={url.get('q')} onChange={(q) => url.set({ q })} width={236} />
        <Chip on={!group} count={found.length} onClick={() => url.set({ state: '' })}>
          {say('hosts.is-all')}
        </Chip>
        {groups.map((one) => {
          const count = found.filter((row) => hostGroups(row).includes(one)).length
          if (count === 0 && one !== group) return null
          return (
            <Chip key={one} on={group === one} count={count} onClick={() => url.set({ state: group === one ? '' : one })}>
              {say(`hosts.is-${one}`)}
            </Chip>
          )
        })}
      </div>
      <div className="scroll">
        {shown.length === 0 ? <p className="pad t3 py-4">{say('hosts.none-match')}</p> : null}
        <Table label={say('nav.hosts')} columns={columns} rows={shown} rowKey={placeOf} sort={{ key: 'state', down: false }} />
      </div>
    </>
  )
}

const textOf = (row: HostRow): string =>
  [placeOf(row), ...row.clusters.map(({ name }) => name), ...row.keys.map(({ fingerprint }) => fingerprint)].join(' ').toLowerCase()

const useColumns = (): readonly Column<HostRow>[] => {
  const { say, sayMaybe } = useWords()
  return [
    {
      key: 'host',
      title: say('hosts.address'),
      width: 184,
      sortBy: placeOf,
      cell: (row) => (
        <span className="mono" title={placeOf(row)}>
          <span className="m">{row.address}</span>
          {row.port === 22 ? null : <span className="t3">:{row.port}</span>}
        </span>
      ),
    },
    {
      key: 'state',
      title: say('hosts.state'),
      width: 140,
      sortBy: (row) => standingOf(row).rank,
      cell: (row) => {
        const { shape, word, params } = standingOf(row)
        return (
          <span title={row.error ? sayMaybe(`silent.${row.error}`, row.error) : undefined}>
            <Status shape={shape}>{say(word, params)}</Status>
          </span>
        )
      },
    },
    { key: 'clusters', title: say('hosts.clusters'), cell: (row) => <Clusters row={row} /> },
    {
      key: 'login',
      title: say('hosts.login'),
      width: 72,
      cell: ({ clusters: [first] }) =>
        first ? (
          <span className="mono" title={first.credential}>
            {first.user}
          </span>
        ) : (
          <span className="t3">–</span>
        ),
    },
    { key: 'key', title: say('hosts.key'), width: 164, cell: (row) => <Keys row={row} /> },
    {
      key: 'os',
      title: say('hosts.os'),
      width: 176,
      sortBy: (row) => row.facts?.distribution ?? '',
      cell: ({ facts }) => (facts ? <OsCell facts={facts} /> : <span className="t3">–</span>),
    },
    {
      key: 'memory',
      title: say('hosts.memory'),
      width: 122,
      sortBy: (row) => row.facts?.memoryMiB ?? 0,
      cell: ({ facts }) =>
        facts ? (
          <span className="t2 n">{say('hosts.memory-text', { cpus: facts.cpus, size: sizeText(facts.memoryMiB * 2 ** 20) })}</span>
        ) : (
          <span className="t3">–</span>
        ),
    },
    { key: 'disk', title: say('hosts.disk'), width: 110, cell: (row) => <DiskCell facts={row.facts} /> },
    {
      key: 'seen',
      title: say('hosts.seen'),
      width: 68,
      numeric: true,
      sortBy: (row) => row.answeredAt ?? '',
      cell: (row) => <Seen row={row} />,
    },
    { key: 'act', title: say('hosts.acts'), width: 88, numeric: true, cell: (row) => <Check row={row} /> },
  ]
}

function OsCell({ facts }: { facts: NonNullable<HostRow['facts']> }) {
  const text = `${facts.distribution || facts.os}, ${{ amd64: 'x86_64', arm64: 'aarch64' }[facts.arch] ?? facts.arch}`
  return (
    <span className="t2" title={text}>
      {text}
    </span>
  )
}

function Clusters({ row: { clusters } }: { row: HostRow }) {
  const { say } = useWords()
  if (clusters.length === 0) return <span className="t3">{say('hosts.no-cluster')}</span>
  return (
    <span title={clusters.map(({ name, instances }) => `${name} ${instances}`).join(', ')}>
      {clusters.map(({ name, instances }, at) => (
        <span key={name}>
          {at > 0 ? ', ' : ''}
          <Link href={`/clusters/${encodeURIComponent(name)}`}>{name}</Link> <span className="t3 n">{instances}</span>
        </span>
      ))}
    </span>
  )
}

function Keys({ row: { keys } }: { row: HostRow }) {
  const { say } = useWords()
  const [first] = keys
  if (!first) return <span className="t3">{say('hosts.no-key')}</span>
  return (
    <span className="row g1" title={keys.map(({ keyType, fingerprint }) => `${keyType} ${fingerprint}`).join('\n')}>
      <span className="mono t2 tr">{first.fingerprint}</span>
      {keys.length > 1 ? <span className="t3 shrink-0">{say('hosts.more-keys', { count: keys.length - 1 })}</span> : null}
    </span>
  )
}

function Seen({ row }: { row: HostRow }) {
  const { say } = useWords()
  const now = useNow()
  if (!row.answeredAt) return <span className="t3">{say('hosts.never')}</span>
  return (
    <span className={isOld(row, now) ? 'warn' : 't3'}>
      <Time at={row.answeredAt} look="age" />
    </span>
  )
}

function Check({ row }: { row: HostRow }) {
  const { say } = useWords()
  const url = useUrlState()
  const role = useSession().data?.user?.role
  const host = placeOf(row)
  return (
    <Button
      size="small"
      aria-label={say('key.check', { host })}
      reason={role === 'viewer' ? say('role.needs-operator') : undefined}
      onClick={() => url.set({ check: host })}
    >
      {say('key.check-short')}
    </Button>
  )
}
