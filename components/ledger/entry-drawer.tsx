'use client'

import { useState } from 'react'
import { api } from '@/components/data/api'
import { ledgerKey } from '@/components/data/operation-queries'
import { useSend, useSession } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Button, ButtonLink } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Drawer, DrawerSection, KeyValues } from '@/components/ui/drawer'
import { AreaField, Field } from '@/components/ui/field'
import { Time } from '@/components/ui/time'
import type { LedgerEntryView } from '@/server/domain/api-ledger'
import { Due, How, type LedgerRow, Program } from './ledger-cells'

type Props = { cluster: string; row: LedgerRow; onClose: () => void; onWalk: (step: 1 | -1) => void }

/** All that an instance ever had, newest first; ticket, day and notes of what it has now can be changed. */
export function EntryDrawer({ cluster, row, onClose, onWalk }: Props) {
  const { say } = useWords()
  const role = useSession().data?.user?.role
  const nodes = encodeURIComponent(row.instance)
  return (
    <Drawer
      label={say('ledger.drawer', { id: row.instance })}
      closeLabel={say('act.close')}
      onClose={onClose}
      onWalk={onWalk}
      head={
        <>
          <div className="row">
            <h2 className="mono b">{row.instance}</h2>
            <span className="t2 sm">{row.component}</span>
          </div>
          {row.former === null ? null : (
            <div className="row mt-2">
              <ButtonLink size="small" href={`/clusters/${encodeURIComponent(cluster)}/rollback?nodes=${nodes}`}>
                {say('ledger.to-rollback')}
              </ButtonLink>
            </div>
          )}
        </>
      }
    >
      {row.current && role !== 'viewer' ? <Annotate key={row.current.id} cluster={cluster} entry={row.current} /> : null}
      <DrawerSection title={say('ledger.history')}>
        {row.history.length === 0 ? <p className="t3">{say('ledger.nothing')}</p> : null}
        <ol className="flex flex-col gap-3">
          {row.history.map((entry) => (
            <li key={entry.id} className="border-(--line) border-b pb-2 last:border-b-0">
              <Entry entry={entry} />
            </li>
          ))}
        </ol>
      </DrawerSection>
    </Drawer>
  )
}

function Entry({ entry }: { entry: LedgerEntryView }) {
  const { say } = useWords()
  return (
    <>
      <Program entry={entry} />
      <KeyValues
        rows={[
          [say('ledger.how'), <How key="how" entry={entry} />],
          [say('ledger.since'), <Time key="since" at={entry.since} look="full" />],
          [say('ledger.by'), entry.by],
          ...(entry.ticket ? [[say('ledger.ticket'), entry.ticket] as const] : []),
          ...(entry.due ? [[say('ledger.due'), <Due key="due" due={entry.due} />] as const] : []),
          [
            'SHA-256',
            <span key="sha" className="row g1">
              <span className="mono tr">{entry.entrySha256.slice(0, 24)}…</span>
              <CopyButton text={entry.entrySha256} label={say('act.copy')} />
            </span>,
          ],
        ]}
      />
      {entry.notes ? <p className="t2 sm whitespace-pre-wrap">{entry.notes}</p> : null}
    </>
  )
}

function Annotate({ cluster, entry }: { cluster: string; entry: LedgerEntryView }) {
  const { say } = useWords()
  const [typed, setTyped] = useState({ ticket: entry.ticket, due: entry.due ?? '', notes: entry.notes })
  const save = useSend(
    () =>
      api(`/api/clusters/${encodeURIComponent(cluster)}/ledger/${encodeURIComponent(entry.id)}`, {
        method: 'PATCH',
        body: { ticket: typed.ticket, notes: typed.notes, due: typed.due === '' ? null : typed.due },
      }),
    [ledgerKey(cluster)],
  )
  return (
    <DrawerSection title={say('ledger.annotate')}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate(undefined)
        }}
      >
        <div className="grid grid-cols-2 gap-3">
          <Field
            label={say('patch.ticket')}
            value={typed.ticket}
            onChange={(event) => setTyped({ ...typed, ticket: event.target.value })}
          />
          <Field
            label={say('ledger.due')}
            type="date"
            value={typed.due}
            onChange={(event) => setTyped({ ...typed, due: event.target.value })}
          />
        </div>
        <AreaField
          rows={2}
          label={say('patch.notes')}
          value={typed.notes}
          onChange={(event) => setTyped({ ...typed, notes: event.target.value })}
        />
        <ErrorNote error={save.error} />
        <div className="row" aria-live="polite">
          <Button type="submit" busy={save.isPending}>
            {say('ledger.keep')}
          </Button>
          {save.isSuccess ? <span className="t2">{say('ledger.saved')}</span> : null}
        </div>
      </form>
    </DrawerSection>
  )
}
