'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { Download } from 'lucide-react'
import { api, saveText } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { runErrand, useSession } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { PageHead } from '@/components/layout/page-head'
import { Chip } from '@/components/ui/badge'
import { Banner } from '@/components/ui/banner'
import { Button, ButtonLink } from '@/components/ui/button'
import { Menu } from '@/components/ui/menu'
import { Time } from '@/components/ui/time'
import type { ErrandView } from '@/server/domain/api'
import { type CheckRow, type ClusterReport, checkGroups } from '@/server/domain/check-row'
import { csvCell } from '@/server/domain/topology/display-text'
import { CompareFile, FileDrawer } from './file-drawer'
import { byTrouble, CheckCounts, HostChecks } from './host-checks'

/** check: the report of a running cluster. Looked at when the page opens and again on demand; changes nothing. */
export function CheckPage({ name }: { name: string }) {
  const { say } = useWords()
  const client = useQueryClient()
  const viewer = useSession().data?.user?.role === 'viewer'
  const queryKey = [...keys.cluster(name), 'check']
  const report = useQuery({
    queryKey,
    queryFn: () => runErrand<ClusterReport>(() => api<ErrandView>(`/api/clusters/${encodeURIComponent(name)}/check`)),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    retry: false,
    enabled: !viewer,
  })
  const url = useUrlState()
  const compared = report.data?.rows.find((row) => row.code === 'check.file' && row.id === url.get('file'))
  return (
    <>
      <div className={clsx('flex min-h-0 flex-1 flex-col', compared && 'pushed')}>
        <PageHead title={say('check.page', { cluster: name })} note={report.data ? <Time at={report.data.at} /> : undefined}>
          <Button
            busy={report.isFetching}
            reason={viewer ? say('role.needs-operator') : undefined}
            onClick={() => void client.refetchQueries({ queryKey })}
          >
            {report.isFetching ? say('check.looking') : say('check.again')}
          </Button>
          <Downloads cluster={name} report={report.data} />
        </PageHead>
        {viewer ? (
          <Banner>{say('role.needs-operator')}</Banner>
        ) : (
          <Loaded query={report} columns={4}>
            {({ rows }) => <Report cluster={name} rows={rows} />}
          </Loaded>
        )}
      </div>
      {compared ? <FileDrawer key={compared.id} cluster={name} row={compared} onClose={() => url.set({ file: '' })} /> : null}
    </>
  )
}

function Report({ cluster, rows }: { cluster: string; rows: readonly CheckRow[] }) {
  const { say } = useWords()
  const url = useUrlState()
  const group = checkGroups.find((one) => one === url.get('group'))
  const amiss = url.get('only') === 'amiss'
  const shown = rows.filter((row) => (!group || row.group === group) && (!amiss || row.state !== 'ok'))
  const drifted = rows.some((row) => row.group === 'files' && row.state === 'warn')
  return (
    <>
      <div className="row pad flex-wrap py-3" aria-live="polite">
        <CheckCounts rows={rows} />
        <span className="grow" />
        <Chip on={amiss} onClick={() => url.set({ only: amiss ? '' : 'amiss' })} count={rows.filter(({ state }) => state !== 'ok').length}>
          {say('check.amiss')}
        </Chip>
        {checkGroups
          .filter((one) => rows.some((row) => row.group === one))
          .map((one) => (
            <Chip key={one} on={group === one} onClick={() => url.set({ group: group === one ? '' : one })}>
              {say(`check.group.${one}`)}
            </Chip>
          ))}
      </div>
      {drifted ? (
        <Banner>
          {say('check.drifted')} <ButtonLink href={`/clusters/${encodeURIComponent(cluster)}/reload`}>{say('check.restore')}</ButtonLink>{' '}
          <ButtonLink href={`/clusters/${encodeURIComponent(cluster)}/edit-config`}>{say('check.keep')}</ButtonLink>
        </Banner>
      ) : null}
      <div className="scroll">
        {shown.length === 0 ? <p className="pad t3 py-4">{say('check.nothing')}</p> : null}
        {byTrouble(shown).map((host) => (
          <HostChecks
            key={`${host} ${group} ${amiss}`}
            host={host}
            open={group !== undefined}
            rows={shown.filter((row) => row.host === host)}
          >
            {(row) => <CompareFile row={row} open={row.id === url.get('file')} onOpen={() => url.set({ file: row.id })} />}
          </HostChecks>
        ))}
      </div>
    </>
  )
}

function Downloads({ cluster, report }: { cluster: string; report: ClusterReport | undefined }) {
  const { say, sayWords, sayProblem } = useWords()
  const reason = report ? undefined : say('check.not-yet')
  const columns = ['host', 'group', 'state', 'check', 'expected', 'seen', 'fix']
  const lines = (): string[][] =>
    (report?.rows ?? []).map((row) => [
      ...[row.host, row.group, row.state, sayWords(row.title), row.expected, row.seen],
      row.state === 'ok' ? '' : sayProblem(row).hint,
    ])
  const name = `${cluster}-check-${report?.at.slice(0, 19).replaceAll(':', '') ?? ''}`
  const csv = (): string => [columns, ...lines()].map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('')
  return (
    <Menu
      trigger={
        <Button reason={reason}>
          <Download className="i" aria-hidden="true" />
          {say('audit.export')}
        </Button>
      }
      items={[
        { label: 'JSON', reason, onSelect: () => saveText(`${name}.json`, 'application/json', JSON.stringify(report, null, 2)) },
        { label: 'CSV', reason, onSelect: () => saveText(`${name}.csv`, 'text/csv', csv()) },
      ]}
    />
  )
}
