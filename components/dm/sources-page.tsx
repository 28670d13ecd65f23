'use client'

import { Ellipsis } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { ErrorNote, Loaded } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { EmptyState } from '@/components/ui/banner'
import { Button, ButtonLink } from '@/components/ui/button'
import { Menu } from '@/components/ui/menu'
import { Status } from '@/components/ui/status-shape'
import { Table } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import type { DmOverview, DmRelay, DmSourceRow } from '@/server/domain/dmctl/overview'
import { DmHead } from './dm-head'
import { ErrorText } from './error-text'
import { TransferDialog } from './transfer-dialog'
import { clusterPath, useDm, useMayNot, useReviewLine } from './use-dm'

const consoleWith = (name: string, line: string): string => `${clusterPath(name)}/dmctl?${new URLSearchParams({ line })}`

/** Sources with who serves them and their relay; each action is a line of dmctl that is reviewed first. */
export function SourcesPage({ name }: { name: string }) {
  const { say } = useWords()
  const dm = useDm(name)
  const mayNot = useMayNot(name)
  const review = useReviewLine(name)
  const create = consoleWith(name, 'operate-source create source.yaml')
  return (
    <div className="col">
      <DmHead name={name} place="sources" note={dm.data ? <Time at={dm.data.at} /> : undefined}>
        <Button busy={dm.isFetching} onClick={() => void dm.refetch()}>
          {say(dm.isFetching ? 'dm.looking' : 'dm.refresh')}
        </Button>
        <Button reason={mayNot} busy={review.busy} onClick={() => review.review({ line: 'config export' })}>
          {say('source.export')}
        </Button>
        {mayNot ? null : <ButtonLink href={consoleWith(name, 'config import configs.tar.gz')}>{say('source.import')}</ButtonLink>}
        {mayNot ? (
          <Button look="primary" reason={mayNot}>
            {say('source.create')}
          </Button>
        ) : (
          <ButtonLink look="primary" href={create}>
            {say('source.create')}
          </ButtonLink>
        )}
      </DmHead>
      <div className="scroll">
        {review.error ? (
          <div className="pad py-3">
            <ErrorNote error={review.error} />
          </div>
        ) : null}
        <Loaded query={dm} columns={5}>
          {(data) =>
            data.sources.length === 0 ? (
              <EmptyState title={say('source.none')}>{say('source.none-note')}</EmptyState>
            ) : (
              <Sources name={name} data={data} mayNot={mayNot} onLine={(line) => review.review({ line })} />
            )
          }
        </Loaded>
      </div>
    </div>
  )
}

type Props = { name: string; data: DmOverview; mayNot: string | undefined; onLine: (line: string) => void }

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
