'use client'

import { useState } from 'react'
import { useChannels } from '@/components/data/notify-queries'
import { useSession } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { EmptyState, Note } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { Status } from '@/components/ui/status-shape'
import { type Column, Table } from '@/components/ui/table'
import { Time } from '@/components/ui/time'
import type { ChannelRow } from '@/server/domain/notify'
import { RemoveChannel, TestChannel } from './channel-acts'
import { ChannelDialog } from './channel-dialog'
import { Deliveries } from './deliveries'

type Open = { act: 'add' } | { act: 'change' | 'remove' | 'test'; channel: ChannelRow }

/** Whom the panel tells what, and what came of it. */
export function Notifications() {
  const { say } = useWords()
  const channels = useChannels()
  const admin = useSession().data?.user?.role === 'admin'
  const [open, setOpen] = useState<Open>()
  const close = (): void => setOpen(undefined)
  const columns = useColumns(admin, setOpen)
  const add = (
    <Button look="primary" reason={admin ? undefined : say('channels.admin-only')} onClick={() => setOpen({ act: 'add' })}>
      {say('channels.add')}
    </Button>
  )
  return (
    <div className="scroll">
      <Loaded query={channels} columns={6}>
        {({ channels: rows, panelUrl }) => (
          <>
            {rows.length === 0 ? (
              <EmptyState title={say('channels.none')} action={add}>
                {say('channels.none-note')}
              </EmptyState>
            ) : (
              <>
                <div className="row pad py-3">{add}</div>
                <Table label={say('channels.title')} columns={columns} rows={rows} rowKey={(row) => row.id} />
              </>
            )}
            {panelUrl === null ? (
              <div className="pad max-w-3xl py-3">
                <Note>{say('channels.no-url')}</Note>
              </div>
            ) : null}
          </>
        )}
      </Loaded>
      <Deliveries admin={admin} />
      {open?.act === 'add' ? <ChannelDialog onClose={close} /> : null}
      {open?.act === 'change' ? <ChannelDialog channel={open.channel} onClose={close} /> : null}
      {open?.act === 'remove' ? <RemoveChannel channel={open.channel} onClose={close} /> : null}
      {open?.act === 'test' ? <TestChannel channel={open.channel} onClose={close} /> : null}
    </div>
  )
}

const useColumns = (admin: boolean, open: (what: Open) => void): readonly Column<ChannelRow>[] => {
  const { say } = useWords()
  const columns: Column<ChannelRow>[] = [
    { key: 'name', title: say('channels.name'), sortBy: (row) => row.name, cell: (row) => <span className="m">{row.name}</span> },
    { key: 'kind', title: say('channels.kind'), width: 150, sortBy: (row) => row.kind, cell: (row) => say(`channel.kind.${row.kind}`) },
    {
      key: 'to',
      title: say('channels.to'),
      cell: (row) => (
        <span className="mono" title={row.address}>
          {row.address}
        </span>
      ),
    },
    {
      key: 'about',
      title: say('channels.about'),
      cell: (row) => {
        const events = row.events.map((event) => say(`event.${event}`)).join('; ')
        const clusters = row.clusters.length === 0 ? say('channels.all-clusters') : row.clusters.join(', ')
        return <span title={`${events} · ${clusters}`}>{`${clusters}: ${events}`}</span>
      },
    },
    { key: 'state', title: say('channels.state'), width: 170, cell: (row) => <State row={row} /> },
    { key: 'last', title: say('channels.last'), width: 110, cell: (row) => <Time at={row.lastSentAt} /> },
    { key: 'act', title: say('channels.acts'), width: 250, numeric: true, cell: (row) => <Acts row={row} open={open} /> },
  ]
  return admin ? columns : columns.slice(0, -1)
}

function Acts({ row, open }: { row: ChannelRow; open: (what: Open) => void }) {
  const { say } = useWords()
  const named = { name: row.name }
  return (
    <span className="row justify-end">
      <Button size="small" aria-label={say('channels.test', named)} onClick={() => open({ act: 'test', channel: row })}>
        {say('channels.test-short')}
      </Button>
      <Button size="small" aria-label={say('channels.change', named)} onClick={() => open({ act: 'change', channel: row })}>
        {say('channels.change-short')}
      </Button>
      <Button size="small" look="danger" aria-label={say('channels.remove', named)} onClick={() => open({ act: 'remove', channel: row })}>
        {say('channels.remove-short')}
      </Button>
    </span>
  )
}

function State({ row }: { row: ChannelRow }) {
  const { say } = useWords()
  if (!row.enabled) return <Status shape="off">{say('channels.off')}</Status>
  if (row.failing)
    return (
      <Status shape="bad">{row.waiting > 0 ? say('channels.failing-waiting', { count: row.waiting }) : say('channels.failing')}</Status>
    )
  return <Status shape={row.lastSentAt ? 'ok' : 'unknown'}>{say(row.lastSentAt ? 'channels.works' : 'channels.new')}</Status>
}
