'use client'

import { api } from '@/components/data/api'
import { channelsKey, deliveriesKey, useDeliveries } from '@/components/data/notify-queries'
import { useSend } from '@/components/data/queries'
import { ErrorNote, Loaded } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { Status } from '@/components/ui/status-shape'
import { type Column, Table } from '@/components/ui/table'
import { shortAge, Time, useNow } from '@/components/ui/time'
import { type DeliveryRow, deliveryStates } from '@/server/domain/notify'
import { titleOf } from '@/server/domain/notify-text'

/** The last messages with what came of each; one that did not arrive can be sent again. */
export function Deliveries({ admin }: { admin: boolean }) {
  const { say } = useWords()
  const url = useUrlState()
  const state = deliveryStates.find((one) => one === url.get('sent')) ?? ''
  const deliveries = useDeliveries(state)
  const again = useSend((id: string) => api(`/api/deliveries/${id}/send`, { method: 'POST' }), [channelsKey, deliveriesKey])
  const columns = useColumns(admin, (row) => again.mutate(row.id))
  return (
    <section aria-labelledby="deliveries" className="mt-4">
      <div className="row pad flex-wrap py-2">
        <h2 id="deliveries" className="m">
          {say('deliveries.title')}
        </h2>
        <span className="t3 sm">{say('deliveries.note')}</span>
        <span className="grow" />
        <label className="row t2 sm">
          {say('deliveries.show')}
          <span className="in">
            <select className="select" value={state} onChange={(event) => url.set({ sent: event.target.value })}>
              <option value="">{say('deliveries.all')}</option>
              {deliveryStates.map((one) => (
                <option key={one} value={one}>
                  {say(`delivery.${one}`)}
                </option>
              ))}
            </select>
          </span>
        </label>
      </div>
      <div className="pad empty:hidden">{again.error ? <ErrorNote error={again.error} /> : null}</div>
      <Loaded query={deliveries} columns={5}>
        {(rows) =>
          rows.length === 0 ? (
            <p className="pad t3 py-3">{say('deliveries.none')}</p>
          ) : (
            <Table label={say('deliveries.title')} columns={columns} rows={rows} rowKey={(row) => row.id} />
          )
        }
      </Loaded>
    </section>
  )
}

const useColumns = (admin: boolean, again: (row: DeliveryRow) => void): readonly Column<DeliveryRow>[] => {
  const { say, sayProblem, language } = useWords()
  const title = (row: DeliveryRow): string => titleOf(row, language)
  const columns: Column<DeliveryRow>[] = [
    { key: 'when', title: say('deliveries.when'), width: 110, cell: (row) => <Time at={row.happenedAt} /> },
    { key: 'what', title: say('deliveries.what'), cell: (row) => <span title={title(row)}>{title(row)}</span> },
    { key: 'channel', title: say('deliveries.channel'), width: 150, cell: (row) => row.channelName },
    { key: 'state', title: say('channels.state'), width: 190, cell: (row) => <State row={row} /> },
    { key: 'tries', title: say('deliveries.tries'), width: 70, numeric: true, cell: (row) => row.tries },
    {
      key: 'error',
      title: say('deliveries.error'),
      cell: (row) => {
        const words = row.error ? sayProblem(row.error) : undefined
        return words ? <span title={`${words.message} ${words.hint}`}>{words.message}</span> : <span className="t3">–</span>
      },
    },
    {
      key: 'act',
      title: say('channels.acts'),
      width: 120,
      numeric: true,
      cell: (row) =>
        row.state === 'sent' ? null : (
          <Button size="small" aria-label={say('deliveries.again-what', { title: title(row) })} onClick={() => again(row)}>
            {say('deliveries.again')}
          </Button>
        ),
    },
  ]
  return admin ? columns : columns.slice(0, -1)
}

const shapes = { sent: 'ok', waiting: 'wait', dropped: 'skip', 'given-up': 'bad' } as const

function State({ row }: { row: DeliveryRow }) {
  const { say } = useWords()
  const now = useNow()
  const leftS = now === null ? 0 : Math.max(0, Math.ceil((Date.parse(row.dueAt) - now) / 1000))
  const left = row.state === 'waiting' && leftS > 0 ? say('delivery.in', { time: shortAge(leftS) }) : undefined
  const word = row.state === 'waiting' && row.held ? 'delivery.held' : (`delivery.${row.state}` as const)
  return (
    <Status shape={shapes[row.state]} detail={left}>
      {say(word)}
    </Status>
  )
}
