'use client'

import { Ellipsis } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useWords } from '@/components/data/words'
import { EmptyState } from '@/components/ui/banner'
import { Button, ButtonLink } from '@/components/ui/button'
import { Menu } from '@/components/ui/menu'
import { Status } from '@/components/ui/status-shape'
import { Table } from '@/components/ui/table'
import type { DmOverview, DmRelay, DmSourceRow } from '@/server/domain/dmctl/overview'
import { type DmActs, DmPage, MainLink } from './dm-page'
import { ErrorText } from './error-text'
import { TransferDialog } from './transfer-dialog'
import { clusterPath, consoleWith } from './use-dm'

/** Sources with who serves them and their relay. */
export function SourcesPage({ name }: { name: string }) {
  const { say } = useWords()
  const actions = ({ mayNot, busy, onLine }: DmActs) => (
    <>
      <Button reason={mayNot} busy={busy} onClick={() => onLine('config export')}>
        {say('source.export')}
      </Button>
      {mayNot ? null : <ButtonLink href={consoleWith(name, 'config import configs.tar.gz')}>{say('source.import')}</ButtonLink>}
      <MainLink mayNot={mayNot} href={consoleWith(name, 'operate-source create source.yaml')}>
        {say('source.create')}
      </MainLink>
    </>
  )
  return (
    <DmPage name={name} place="sources" columns={5} actions={actions}>
      {(data, acts) =>
        data.sources.length === 0 ? (
          <EmptyState title={say('source.none')}>{say('source.none-note')}</EmptyState>
        ) : (
          <Sources name={name} data={data} {...acts} />
        )
      }
    </DmPage>
  )
}

type Props = DmActs & { name: string; data: DmOverview }

function Sources({ name, data, mayNot, onLine }: Props) {
  const { say } = useWords()
  const [moving, setMoving] = useState<DmSourceRow | null>(null)
  const free = data.workers.filter(({ stage }) => stage === 'free')
  return (
    <>
      <p className="pad t3 sm py-2">{say('source.free-workers', { count: free.length })}</p>
      <Table<DmSourceRow>
        label={say('dm.tab.sources')}
        rows={data.sources}
        rowKey={({ source }) => source}
        sort={{ key: 'source', down: false }}
        columns={[
          {
            key: 'source',
            title: say('source.source'),
            width: 190,
            sortBy: ({ source }) => source,
            cell: (one) => <span className="mono">{one.source}</span>,
          },
          { key: 'worker', title: say('source.worker'), width: 250, sortBy: ({ worker }) => worker, cell: (one) => <Worker row={one} /> },
          { key: 'relay', title: say('source.relay'), width: 210, cell: (one) => <Relay relay={one.relay} /> },
          {
            key: 'tasks',
            title: say('source.tasks'),
            width: 180,
            cell: (one) =>
              one.tasks.length === 0 ? (
                <span className="t3">–</span>
              ) : (
                <Link className="mono" href={`${clusterPath(name)}/tasks?source=${encodeURIComponent(one.source)}`}>
                  {one.tasks.join(', ')}
                </Link>
              ),
          },
          { key: 'note', title: say('source.note'), cell: (one) => <span title={one.note}>{one.note}</span> },
          {
            key: 'do',
            title: say('dm.actions'),
            width: 84,
            cell: (one) => <Actions name={name} row={one} mayNot={mayNot} onLine={onLine} onMove={() => setMoving(one)} />,
          },
        ]}
      />
      {data.sources.flatMap(({ source, relay }) =>
        (relay?.errors ?? []).map((error) => (
          <ErrorText key={`${source} ${error.code} ${error.cause}`} title={`${say('source.relay')}: ${source}`} error={error} />
        )),
      )}
      {moving ? (
        <TransferDialog source={moving.source} free={free.map((one) => one.name)} onClose={() => setMoving(null)} onLine={onLine} />
      ) : null}
    </>
  )
}

function Worker({ row }: { row: DmSourceRow }) {
  const { say } = useWords()
  if (row.worker === '') return <Status shape="warn">{say('source.unbound')}</Status>
  return (
    <Status shape={row.workerStage === 'offline' ? 'bad' : 'ok'} detail={row.workerStage}>
      <span className="mono">{row.worker}</span>
    </Status>
  )
}

function Relay({ relay }: { relay: DmRelay | null }) {
  const { say } = useWords()
  if (!relay) return <span className="t3">{say('source.relay-off')}</span>
  return (
    <Status
      shape={relay.errors.length > 0 ? 'bad' : relay.stage === 'Running' ? 'ok' : 'warn'}
      detail={say(relay.caughtUp ? 'source.relay-caught' : 'source.relay-behind')}
    >
      <span title={`${relay.masterBinlog} / ${relay.relayBinlog}`}>{relay.stage}</span>
    </Status>
  )
}

type ActionProps = { name: string; row: DmSourceRow; mayNot: string | undefined; onLine: (line: string) => void; onMove: () => void }

function Actions({ name, row: { source, worker, relay }, mayNot, onLine, onMove }: ActionProps) {
  const { say } = useWords()
  const router = useRouter()
  const line = (text: string) => ({ reason: mayNot, onSelect: () => onLine(text) })
  return (
    <Menu
      trigger={
        <button type="button" className="btn sq s24" aria-label={say('dm.more', { name: source })}>
          <Ellipsis className="i" aria-hidden="true" />
        </button>
      }
      items={[
        { label: say('source.transfer'), reason: mayNot, onSelect: onMove },
        relay
          ? { label: say('source.stop-relay'), ...line(`stop-relay -s ${source}${worker === '' ? '' : ` ${worker}`}`) }
          : { label: say('source.start-relay'), ...line(`start-relay -s ${source}${worker === '' ? '' : ` ${worker}`}`) },
        {
          label: say('source.update'),
          reason: mayNot,
          onSelect: () => router.push(consoleWith(name, `operate-source update ${source}.yaml`)),
        },
        { kind: 'line' },
        { label: say('source.stop'), ...line(`operate-source stop ${source}`) },
      ]}
    />
  )
}
