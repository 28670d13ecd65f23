'use client'

import { useWords } from '@/components/data/words'
import { WideTable } from '@/components/rolling/wide-table'
import { type Shape, Status } from '@/components/ui/status-shape'
import { TableHead } from '@/components/ui/table-head'
import { Time } from '@/components/ui/time'
import type { VerifiedBinaries, VerifiedBinary } from '@/server/domain/api-ledger'

const shapes: Record<VerifiedBinary['verdict'], Shape> = {
  'as-noted': 'done',
  'not-running': 'off',
  'restart-needed': 'warn',
  'disk-differs': 'bad',
  missing: 'bad',
  'not-noted': 'warn',
  unseen: 'unknown',
}

/** Per node: hash on the disk, hash of the running process, what it says with -V, against the ledger. */
export function Compared({ result }: { result: VerifiedBinaries }) {
  const { say } = useWords()
  return (
    <section className="border-(--line) border-b pb-3" aria-label={say('ledger.compared')}>
      <h2 className="pad row py-2">
        <Status shape={result.ok ? 'done' : 'warn'}>{say('ledger.compared')}</Status>
        <span className="t3 sm font-normal">
          <Time at={result.at} />
        </span>
      </h2>
      <WideTable>
        <table className="tb dense" aria-label={say('ledger.compared')}>
          <TableHead titles={['ID', 'Role', say('ledger.verdict'), say('ledger.on-disk'), say('ledger.in-process'), say('ledger.says')]} />
          <tbody>
            {result.rows.map((row) => (
              <tr key={row.instance}>
                <td className="mono">{row.instance}</td>
                <td>{row.component}</td>
                <td title={row.why}>
                  <Status shape={shapes[row.verdict]}>{say(`verdict.${row.verdict}`)}</Status>
                </td>
                <td className="mono" title={row.disk ?? ''}>
                  {row.disk?.slice(0, 12) ?? '–'}
                </td>
                <td className={row.process !== null && row.process !== row.disk ? 'mono bad' : 'mono'} title={row.process ?? ''}>
                  {row.process?.slice(0, 12) ?? '–'}
                </td>
                <td
                  className="mono"
                  title={row.says ? `${row.says.release} ${row.says.commit} ${row.says.branch} ${row.says.built} ${row.says.go}` : ''}
                >
                  {row.says ? `${row.says.release} ${row.says.commit.slice(0, 8)}` : '–'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </WideTable>
    </section>
  )
}
