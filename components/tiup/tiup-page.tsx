'use client'

import { useCluster } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { PageHead } from '@/components/layout/page-head'
import { Status } from '@/components/ui/status-shape'
import { type Column, Table } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import type { TiupView } from '@/server/domain/api-tiup'
import { LinkChanges } from './link-changes'
import { MetaArchive } from './meta-archive'
import { Part } from './part'
import { useTiup } from './queries'
import { Who } from './who'

/** One cluster and tiup: who manages it, what tiup changed, backup and restore as tiup has them, and what tiup did before. */
export function TiupPage({ name }: { name: string }) {
  const { say } = useWords()
  const cluster = useCluster(name)
  const tiup = useTiup(name)
  return (
    <>
      <PageHead title={say('tiup.page', { cluster: name })} />
      <Loaded query={cluster} columns={3}>
        {(detail) => (
          <Loaded query={tiup} columns={3}>
            {(view) => (
              <div className="scroll pad flex flex-col gap-6 pt-2 pb-8">
                <Who cluster={detail} />
                <LinkChanges cluster={detail} link={view.link} />
                <MetaArchive cluster={detail} />
                <History history={view.history} />
              </div>
            )}
          </Loaded>
        )}
      </Loaded>
    </>
  )
}

type Deed = TiupView['history'][number]

function History({ history }: { history: readonly Deed[] }) {
  const { say } = useWords()
  const columns: Column<Deed>[] = [
    { key: 'at', title: say('tiup.when'), width: 190, sortBy: ({ at }) => at, cell: ({ at }) => <Time at={at} look="full" /> },
    {
      key: 'command',
      title: say('tiup.command'),
      cell: ({ command }) => (
        <span className="mono tr" title={command}>
          {command}
        </span>
      ),
    },
    { key: 'ended', title: say('tiup.ended'), width: 150, sortBy: ({ exitCode }) => exitCode ?? -1, cell: (deed) => <Ended deed={deed} /> },
  ]
  return (
    <Part title={say('tiup.history')}>
      <p className="t2">{say('tiup.history-note')}</p>
      {history.length === 0 ? (
        <p className="t3">{say('tiup.history-none')}</p>
      ) : (
        <Table label={say('tiup.history')} columns={columns} rows={history} rowKey={({ id }) => id} />
      )}
    </Part>
  )
}

function Ended({ deed: { exitCode } }: { deed: Deed }) {
  const { say } = useWords()
  if (exitCode === null) return <Status shape="unknown">{say('tiup.open-end')}</Status>
  return exitCode === 0 ? (
    <Status shape="done">{say('tiup.ok')}</Status>
  ) : (
    <Status shape="bad">{say('tiup.failed', { code: exitCode })}</Status>
  )
}
