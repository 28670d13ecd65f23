'use client'

import { Ellipsis } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { Chip } from '@/components/ui/badge'
import { EmptyState } from '@/components/ui/banner'
import { ButtonLink } from '@/components/ui/button'
import { Menu } from '@/components/ui/menu'
import { type Shape, Status } from '@/components/ui/status-shape'
import { Table } from '@/components/ui/table'
import type { DmOverview, DmTaskRow } from '@/server/domain/dmctl/overview'
import { type DmActs, DmPage, MainLink } from './dm-page'
import { ErrorText } from './error-text'
import { consoleWith } from './use-dm'

/** Every task on every source: stage, unit, lag and errors. */
export function TasksPage({ name }: { name: string }) {
  const { say } = useWords()
  const actions = ({ mayNot }: DmActs) => (
    <>
      {mayNot ? null : <ButtonLink href={consoleWith(name, 'check-task task.yaml')}>{say('task.check')}</ButtonLink>}
      <MainLink mayNot={mayNot} href={consoleWith(name, 'start-task task.yaml')}>
        {say('task.start')}
      </MainLink>
    </>
  )
  return (
    <DmPage name={name} place="tasks" columns={6} actions={actions}>
      {(data, acts) =>
        data.tasks.length === 0 ? (
          <EmptyState title={say('task.none')}>{say(data.sources.length === 0 ? 'task.no-source' : 'task.none-note')}</EmptyState>
        ) : (
          <Tasks name={name} data={data} {...acts} />
        )
      }
    </DmPage>
  )
}

type Props = DmActs & { name: string; data: DmOverview }

function Tasks({ name, data, mayNot, onLine }: Props) {
  const { say } = useWords()
  const url = useUrlState()
  const source = url.get('source')
  const amiss = url.get('only') === 'errors'
  const shown = data.tasks.filter((one) => (source === '' || one.source === source) && (!amiss || one.errors.length > 0))
  const bad = data.tasks.filter(({ errors }) => errors.length > 0)
  return (
    <>
      <div className="row pad flex-wrap py-2">
        {bad.length > 0 ? (
          <Chip on={amiss} onClick={() => url.set({ only: amiss ? '' : 'errors' })}>
            {say('task.troubles', { count: bad.length })}
          </Chip>
        ) : null}
        {data.sources.map((one) => (
          <Chip key={one.source} on={source === one.source} onClick={() => url.set({ source: source === one.source ? '' : one.source })}>
            {one.source}
          </Chip>
        ))}
      </div>
      <Table<DmTaskRow>
        label={say('dm.tab.tasks')}
        rows={shown}
        rowKey={({ task, source: of }) => `${task} ${of}`}
        sort={{ key: 'task', down: false }}
        columns={[
          {
            key: 'task',
            title: say('task.task'),
            width: 170,
            sortBy: ({ task }) => task,
            cell: (one) => <span className="mono">{one.task}</span>,
          },
          {
            key: 'source',
            title: say('source.source'),
            width: 150,
            sortBy: (one) => one.source,
            cell: (one) => <span className="mono">{one.source}</span>,
          },
          {
            key: 'stage',
            title: say('task.stage'),
            width: 130,
            sortBy: ({ stage }) => stage,
            cell: (one) => <Status shape={shapeOf(one)}>{one.stage}</Status>,
          },
          { key: 'unit', title: say('task.unit'), width: 120, cell: (one) => `${one.unit}${one.progress ? ` ${one.progress}` : ''}` },
          {
            key: 'lag',
            title: say('task.lag'),
            width: 90,
            numeric: true,
            sortBy: ({ lagS }) => lagS ?? -1,
            cell: (one) => (one.lagS === null ? <span className="t3">–</span> : say('task.lag-s', { seconds: one.lagS })),
          },
          { key: 'at', title: say('task.at'), cell: (one) => <Where row={one} /> },
          {
            key: 'do',
            title: say('dm.actions'),
            width: 84,
            cell: (one) => <Actions name={name} row={one} mayNot={mayNot} onLine={onLine} />,
          },
        ]}
      />
      {shown.flatMap((one) =>
        one.errors.map((error) => (
          <ErrorText
            key={`${one.task} ${one.source} ${error.code} ${error.cause}`}
            title={say('task.on', { task: one.task, source: one.source })}
            error={error}
          />
        )),
      )}
      <Locks data={data} />
    </>
  )
}

const shapeOf = ({ stage, errors, ddlLock }: DmTaskRow): Shape => {
  if (errors.length > 0) return 'bad'
  if (stage === 'Running') return ddlLock === '' ? 'ok' : 'warn'
  return stage === 'Finished' ? 'done' : stage === 'Paused' ? 'wait' : 'unknown'
}

function Where({ row }: { row: DmTaskRow }) {
  const { say } = useWords()
  const [blocked] = row.blockingDdls
  const text = row.ddlLock !== '' ? say('task.lock', { lock: row.ddlLock }) : blocked ? say('task.blocking', { ddl: blocked }) : ''
  const place = [row.masterBinlog, row.syncerBinlog].filter(Boolean).join(' / ')
  return (
    <span title={`${text} ${place}`.trim()} className={text ? 'warn' : 'mono'}>
      {text || place || '–'}
    </span>
  )
}

function Actions({
  name,
  row: { task, source, stage },
  mayNot,
  onLine,
}: {
  name: string
  row: DmTaskRow
  mayNot: string | undefined
  onLine: Props['onLine']
}) {
  const { say } = useWords()
  const router = useRouter()
  const line = (verb: string) => ({ reason: mayNot, onSelect: () => onLine(`${verb} ${task} -s ${source}`) })
  return (
    <Menu
      trigger={
        <button type="button" className="btn sq s24" aria-label={say('dm.more', { name: say('task.on', { task, source }) })}>
          <Ellipsis className="i" aria-hidden="true" />
        </button>
      }
      items={[
        stage === 'Paused' ? { label: say('task.resume'), ...line('resume-task') } : { label: say('task.pause'), ...line('pause-task') },
        { label: say('task.status'), onSelect: () => router.push(consoleWith(name, `query-status ${task}`)) },
        { kind: 'line' },
        { label: say('task.stop'), ...line('stop-task') },
      ]}
    />
  )
}

function Locks({ data }: { data: DmOverview }) {
  const { say } = useWords()
  if (data.locks.length === 0) return null
  return (
    <section className="pad py-3" aria-label={say('task.locks')}>
      <h2 className="m pb-1">{say('task.locks')}</h2>
      <ul className="flex flex-col gap-1 text-[12px]">
        {data.locks.map((lock) => (
          <li key={lock.id}>
            <span className="mono">{lock.id}</span>{' '}
            <span className="t2">{say('task.lock-owner', { owner: lock.owner, unsynced: lock.unsynced.join(', ') || '–' })}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
