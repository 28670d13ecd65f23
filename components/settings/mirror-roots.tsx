'use client'

import { useMirrors } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { EmptyState } from '@/components/ui/banner'
import { ButtonLink } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Status } from '@/components/ui/status-shape'
import { type Column, Table } from '@/components/ui/table'
import type { MirrorView } from '@/server/domain/api'

/** The roots of trust by which packages are verified. */
export function MirrorRoots() {
  const { say } = useWords()
  const mirrors = useMirrors()
  const columns = useColumns()
  const open = (
    <ButtonLink look="primary" href="/packages?mirror=1">
      {say('mirrors.open')}
    </ButtonLink>
  )
  return (
    <div className="scroll">
      <Loaded query={mirrors} columns={5}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState title={say('mirrors.none')} action={open}>
              {say('mirrors.none-note')}
            </EmptyState>
          ) : (
            <Table label={say('settings.mirrors')} columns={columns} rows={rows} rowKey={(row) => row.location} />
          )
        }
      </Loaded>
    </div>
  )
}

const useColumns = (): readonly Column<MirrorView>[] => {
  const { say } = useWords()
  return [
    {
      key: 'location',
      title: say('mirror.location'),
      cell: (row) => (
        <span className="mono" title={row.location}>
          {row.location}
        </span>
      ),
    },
    {
      key: 'state',
      title: say('users.state'),
      width: 170,
      cell: (row) => <Status shape={row.confirmed ? 'ok' : 'wait'}>{say(row.confirmed ? 'mirror.pinned' : 'mirror.not-pinned')}</Status>,
    },
    { key: 'version', title: say('mirror.root-version'), width: 110, numeric: true, cell: (row) => row.rootVersion },
    {
      key: 'fingerprint',
      title: say('mirror.fingerprint'),
      width: 220,
      cell: (row) => (
        <span className="row g1">
          <span className="mono t2" title={row.fingerprint}>
            {row.fingerprint.slice(0, 16)}…
          </span>
          <CopyButton text={row.fingerprint} label={say('act.copy')} />
        </span>
      ),
    },
    {
      key: 'expires',
      title: say('mirror.expires'),
      width: 110,
      cell: (row) => <span className="n">{Object.values(row.expires).sort()[0]?.slice(0, 10) ?? '–'}</span>,
    },
  ]
}
