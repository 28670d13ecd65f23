'use client'

import { useMutation } from '@tanstack/react-query'
import { api } from '@/components/data/api'
import { useLedger } from '@/components/data/operation-queries'
import { runErrand, useCluster, useSession } from '@/components/data/queries'
import { ErrorNote, Loaded } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { PageHead } from '@/components/layout/page-head'
import { Banner, EmptyState } from '@/components/ui/banner'
import { Button, ButtonLink } from '@/components/ui/button'
import { type Column, focusRow, Table } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import type { ErrandView } from '@/server/domain/api'
import type { LedgerView, VerifiedBinaries } from '@/server/domain/api-ledger'
import { Compared } from './compared'
import { EntryDrawer } from './entry-drawer'
import { Due, How, type LedgerRow, Program } from './ledger-cells'

/** Which program each instance has, since when, by whom and for which ticket; what stands out; and whether the hosts agree. */
export function LedgerPage({ name }: { name: string }) {
  const { say } = useWords()
  const ledger = useLedger(name)
  return (
    <Loaded query={ledger} columns={7} title={say('ledger.title')}>
      {(view) => <Body cluster={name} ledger={view} />}
    </Loaded>
  )
}

function Body({ cluster, ledger }: { cluster: string; ledger: LedgerView }) {
  const { say, sayProblem } = useWords()
  const url = useUrlState()
  const role = useSession().data?.user?.role
  const adopted = useCluster(cluster).data?.adopted ?? false
  const compare = useMutation({
    mutationFn: () => runErrand<VerifiedBinaries>(() => api<ErrandView>(`/api/clusters/${encodeURIComponent(cluster)}/verify-binaries`)),
  })
  const open = ledger.instances.find(({ instance }) => instance === url.get('instance'))
  const close = (): void => {
    url.set({ instance: '' })
    if (open) requestAnimationFrame(() => focusRow(open.instance))
  }
  const walk = (step: 1 | -1): void => {
    const next = open && ledger.instances[ledger.instances.indexOf(open) + step]
    if (next) url.set({ instance: next.instance })
  }
  const at = `/clusters/${encodeURIComponent(cluster)}`
  return (
    <>
      <div className={open ? 'pushed flex min-h-0 flex-1 flex-col' : 'flex min-h-0 flex-1 flex-col'}>
        <PageHead title={`${say('ledger.title')} ${cluster}`} note={say('ledger.note')}>
          <Button
            busy={compare.isPending}
            reason={role === 'viewer' ? say('role.needs-operator') : undefined}
            onClick={() => compare.mutate()}
          >
            {say('ledger.verify')}
          </Button>
          {adopted ? null : <ButtonLink href={`${at}/patch`}>{say('ledger.to-patch')}</ButtonLink>}
        </PageHead>
        <div className="mt-3">
          {ledger.problems.map((problem) => {
            const { message, hint } = sayProblem(problem)
            return (
              <Banner key={`${problem.code} ${JSON.stringify(problem.params)}`}>
                {message} {hint}
              </Banner>
            )
          })}
        </div>
        <div className="scroll">
          <div className="pad empty:hidden" aria-live="polite">
            <ErrorNote error={compare.error} />
          </div>
          {compare.data ? <Compared result={compare.data} /> : null}
          {ledger.instances.every(({ current }) => current === null) ? (
            <EmptyState title={say('ledger.empty')}>{say('ledger.empty-note')}</EmptyState>
          ) : (
            <Section title={say('ledger.table')}>
              <Instances rows={ledger.instances} selected={open?.instance ?? null} onOpen={(row) => url.set({ instance: row.instance })} />
            </Section>
          )}
          <RolePackages ledger={ledger} />
        </div>
      </div>
      {open ? <EntryDrawer key={open.instance} cluster={cluster} row={open} onClose={close} onWalk={walk} /> : null}
    </>
  )
}

type InstancesProps = { rows: readonly LedgerRow[]; selected: string | null; onOpen: (row: LedgerRow) => void }

function Instances({ rows, selected, onOpen }: InstancesProps) {
  const { say } = useWords()
  const columns: Column<LedgerRow>[] = [
    { key: 'id', title: 'ID', width: 190, sortBy: (row) => row.instance, cell: (row) => <span className="mono">{row.instance}</span> },
    {
      key: 'role',
      title: 'Role',
      width: 160,
      sortBy: (row) => row.component,
      cell: (row) => (
        <>
          {row.component}
          {row.patched ? <span className="warn m"> ({say('instance.patched')})</span> : null}
        </>
      ),
    },
    { key: 'program', title: say('ledger.program'), cell: (row) => <Program entry={row.current} /> },
    {
      key: 'since',
      title: say('ledger.since'),
      width: 110,
      sortBy: (row) => row.current?.since ?? '',
      cell: (row) => <Time at={row.current?.since} />,
    },
    { key: 'how', title: say('ledger.how'), width: 130, cell: (row) => <How entry={row.current} /> },
    { key: 'by', title: say('ledger.by'), width: 170, spare: true, cell: (row) => row.current?.by ?? '' },
    { key: 'ticket', title: say('ledger.ticket'), width: 120, spare: true, cell: (row) => row.current?.ticket ?? '' },
    {
      key: 'due',
      title: say('ledger.due'),
      width: 160,
      spare: true,
      sortBy: (row) => row.current?.due ?? '9',
      cell: (row) => <Due due={row.current?.due ?? null} />,
    },
  ]
  return (
    <Table
      label={say('ledger.table')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.instance}
      selected={selected}
      narrow={selected !== null}
      onOpen={onOpen}
    />
  )
}

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section>
      <h2 className="pad m mt-3 mb-1">{title}</h2>
      {children}
    </section>
  )
}

function RolePackages({ ledger }: { ledger: LedgerView }) {
  const { say } = useWords()
  if (ledger.rolePackages.length === 0) return null
  return (
    <section className="pad py-4">
      <h2 className="m mb-1">{say('ledger.roles')}</h2>
      <ul>
        {ledger.rolePackages.map((one) => (
          <li key={`${one.component} ${one.os} ${one.arch}`} className="row">
            <span className="m">{one.component}</span>
            <span className="t2">{`${one.os}/${one.arch}`}</span>
            <a className="mono" href={`/packages/${one.packageSha256}`} title={one.packageSha256}>
              {one.packageSha256.slice(0, 12)}
            </a>
            <span className="t3">
              {one.by}, <Time at={one.at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
