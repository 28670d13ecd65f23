'use client'

import { useWords } from '@/components/data/words'
import type { InstanceRow } from '@/components/rolling/selection'
import { WideTable } from '@/components/rolling/wide-table'
import { Field } from '@/components/ui/field'
import { TableHead } from '@/components/ui/table-head'
import type { UpgradeView } from '@/server/domain/api-upgrades'

/** As the API takes it. */
export const suffixForm = /^[-_.A-Za-z0-9]{1,60}$/

/** What was typed, else what the API would choose. */
export const suffixOf = ({ suffix }: { suffix: string }, { open }: UpgradeView): string => (suffix === '' ? `-${open?.from ?? ''}` : suffix)

type Props = { suffix: string; upgrade: UpgradeView; rows: readonly InstanceRow[]; onChange: (suffix: string) => void }

/** Where the former version goes, instance by instance. */
export function RedeployStep({ suffix, upgrade, rows, onChange }: Props) {
  const { say } = useWords()
  const going = upgrade.open?.state === 'redeploying'
  const own = rows.filter(({ role }) => role === 'dm-master' || role === 'dm-worker')
  return (
    <>
      {going ? null : (
        <div className="max-w-[560px] p-5">
          <Field
            id="redeploy-suffix"
            mono
            label={say('rollback.suffix')}
            hint={say('rollback.suffix-help')}
            error={suffixForm.test(suffix) ? undefined : say('rollback.suffix-form')}
            value={suffix}
            onChange={(event) => onChange(event.target.value)}
          />
        </div>
      )}
      <WideTable>
        <table className="tb" aria-label={say('rollback.folders-table')}>
          <TableHead titles={['ID', say('rollback.folder-now'), say('rollback.folder-then')]} />
          <tbody>
            {own.map(({ id, deployDir }) => (
              <tr key={id}>
                <td className="mono">{id}</td>
                <td className="mono">{deployDir}</td>
                <td className="mono">{going ? deployDir : `${deployDir}${suffix}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </WideTable>
    </>
  )
}
