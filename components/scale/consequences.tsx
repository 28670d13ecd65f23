'use client'

import { useCredentials } from '@/components/data/queries'
import { useWords } from '@/components/data/words'
import type { InstanceRow } from '@/components/rolling/selection'
import { WideTable } from '@/components/rolling/wide-table'
import type { WizardAt } from '@/components/rolling/wizard-page'
import { Note } from '@/components/ui/banner'
import { AreaField, SelectField, Tick } from '@/components/ui/field'
import { TableHead } from '@/components/ui/table-head'
import type { ScaleInDraft } from './scale-in-draft'

type Props = { at: WizardAt<ScaleInDraft>; leaving: readonly InstanceRow[]; unbound: readonly InstanceRow[] }

/** What is deleted, by its path; who has no place for its source; and hosts that are lost. */
export function Consequences({ at, leaving, unbound }: Props) {
  const { say } = useWords()
  const { draft, change, rows } = at
  const hosts = [...new Set(leaving.map(({ host }) => host))]
  const emptied = hosts.filter((host) => rows.filter((row) => row.host === host).every(({ id }) => leaving.some((one) => one.id === id)))
  return (
    <div className="flex flex-col gap-4 p-5 pb-0">
      <section className="max-w-[880px]">
        <h2 className="m mb-1">{say('scale-in.deleted')}</h2>
        <p className="t2 mb-2">{say('scale-in.deleted-note')}</p>
        {leaving.length === 0 ? <p className="t3">{say('scale-in.nothing')}</p> : <Deleted leaving={leaving} />}
      </section>
      {unbound.length > 0 ? (
        <section className="flex max-w-[560px] flex-col gap-3">
          <Note tone="warn" title={say('scale-in.no-free')}>
            {say('scale-in.no-free-note')}
          </Note>
          {unbound.map(({ id, source }) => (
            <AreaField
              key={id}
              id={`unbound-${id}`}
              rows={2}
              label={say('scale-in.unbound-why', { node: id, source })}
              value={draft.unbound[id] ?? ''}
              onChange={(event) => change({ unbound: { ...draft.unbound, [id]: event.target.value } })}
            />
          ))}
        </section>
      ) : null}
      <section className="max-w-[560px]">
        <Tick checked={draft.force} onChange={(force) => change({ force })}>
          <span className="m">{say('scale-in.force')}</span>
        </Tick>
        <p className="t3 sm mt-1 pl-6">{say('scale-in.force-help')}</p>
      </section>
      {emptied.length > 0 ? <Account hosts={emptied} at={at} /> : null}
    </div>
  )
}

function Deleted({ leaving }: { leaving: readonly InstanceRow[] }) {
  const { say } = useWords()
  return (
    <WideTable>
      <table className="tb flush" aria-label={say('scale-in.deleted')}>
        <TableHead titles={['ID', 'Role', say('scale-out.host'), 'Data Dir', 'Deploy Dir']} />
        <tbody>
          {leaving.map((row) => (
            <tr key={row.id}>
              <td className="mono">{row.id}</td>
              <td>{row.role}</td>
              <td className="mono">{row.host}</td>
              <td className="mono bad whitespace-normal! break-all" title={row.dataDir}>
                {row.dataDir || '–'}
              </td>
              <td className="mono bad whitespace-normal! break-all" title={row.deployDir}>
                {row.deployDir}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </WideTable>
  )
}

/** A host on which nothing stays: the deploy user's key goes; with a login the account that the deploy made goes too. */
function Account({ hosts, at }: { hosts: readonly string[]; at: WizardAt<ScaleInDraft> }) {
  const { say } = useWords()
  const credentials = useCredentials().data?.filter((one) => one.kind !== 'generated-key') ?? []
  return (
    <section className="max-w-[560px]">
      <p className="mb-2">{say('scale-in.emptied', { hosts: hosts.join(', ') })}</p>
      <SelectField
        label={say('scale-in.account')}
        hint={say('scale-in.account-help')}
        value={at.draft.credentialId}
        options={[
          { value: '', label: say('scale-in.account-stays', { user: at.cluster.user }) },
          ...credentials.map((one) => ({ value: one.id, label: `${one.name} (${one.username})` })),
        ]}
        onChange={(event) => at.change({ credentialId: event.target.value })}
      />
    </section>
  )
}
