'use client'

import { SeenCell } from '@/components/cluster/display-table'
import { statusShape } from '@/components/cluster/shapes'
import { useWords } from '@/components/data/words'
import type { InstanceRow } from '@/components/rolling/selection'
import { WideTable } from '@/components/rolling/wide-table'
import { Status } from '@/components/ui/status-shape'
import { TableHead } from '@/components/ui/table-head'
import type { LedgerView } from '@/server/domain/api-ledger'
import { componentNames, componentSpec } from '@/server/domain/component'

type Props = { rows: readonly InstanceRow[]; ledger: LedgerView | undefined; now: string; target: string }

/** What each process says of itself, where it goes, and which hotfix that takes away. */
export function RunsNow({ rows, ledger, now, target }: Props) {
  const { say } = useWords()
  if (rows.length === 0) return <p className="pad t3 py-4">{say('cluster.no-status')}</p>
  return (
    <>
      <p className="pad t2 max-w-[760px] py-3">{say('upgrade.as-they-say')}</p>
      <WideTable>
        <table className="tb" aria-label={say('upgrade.now')}>
          <TableHead
            titles={['ID', 'Role', 'Status', say('upgrade.now'), say('upgrade.goes-to'), say('upgrade.note')]}
            widths={[176, 146, 104, 104, 150, null]}
          />
          <tbody>
            {rows.map((row) => {
              const current = ledger?.instances.find(({ instance }) => instance === row.id)?.current
              return (
                <tr key={row.id}>
                  <td className="mono">{row.id}</td>
                  <td>
                    {row.role}
                    {row.patched ? <span className="warn m"> ({say('instance.patched')})</span> : null}
                  </td>
                  <td>
                    <SeenCell seen={row.status}>
                      <Status shape={statusShape(row.status.value)}>{row.status.value}</Status>
                    </SeenCell>
                  </td>
                  <td>
                    <SeenCell seen={row.version}>
                      <span className="mono">{row.version.value || current?.package?.version || 'N/A'}</span>
                    </SeenCell>
                  </td>
                  <td className="mono">{ofCluster(row.role) ? target || '–' : say('upgrade.stays')}</td>
                  <td className="warn">
                    {row.patched
                      ? say('upgrade.hotfix-goes', { ticket: current?.ticket ?? '' })
                      : row.role.startsWith('dm-') && row.version.value !== '' && row.version.value !== now
                        ? say('upgrade.differs')
                        : ''}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </WideTable>
    </>
  )
}

const ofCluster = (role: string): boolean => {
  const name = componentNames.find((one) => one === role)
  return name !== undefined && componentSpec(name).version === 'cluster'
}
