'use client'

import Link from 'next/link'
import { useState } from 'react'
import { usePackages } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import type { InstanceRow } from '@/components/rolling/selection'
import { Badge } from '@/components/ui/badge'
import { EmptyState } from '@/components/ui/banner'
import { ButtonLink } from '@/components/ui/button'
import { FilterBox } from '@/components/ui/filter-box'
import { TableHead } from '@/components/ui/table-head'
import { Time } from '@/components/ui/time'
import type { PackageRow } from '@/server/domain/api'
import { patchable, withPackage } from './choice'

type Props = { rows: readonly InstanceRow[]; chosen: readonly string[]; onChange: (chosen: readonly string[]) => void }

/** Packages of the store that the cluster can run; at most one per component and platform. */
export function PackagesStep({ rows, chosen, onChange }: Props) {
  const { say } = useWords()
  const store = usePackages()
  const [text, setText] = useState('')
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="row pad flex-wrap py-3">
        <FilterBox label={say('patch.filter')} value={text} onChange={setText} width={250} />
        <span className="t3 sm">{say('patch.packages-note')}</span>
        <ButtonLink href="/packages/hotfix" className="ml-auto">
          {say('patch.build')}
        </ButtonLink>
      </div>
      <div className="min-h-0 flex-1 overflow-auto">
        <Loaded query={store} columns={5}>
          {(all) => {
            const packages = patchable(all, rows)
            if (packages.length === 0)
              return (
                <EmptyState title={say('patch.none')} action={<ButtonLink href="/packages/hotfix">{say('patch.build')}</ButtonLink>}>
                  {say('patch.none-note')}
                </EmptyState>
              )
            const shown = packages.filter((one) => textOf(one).includes(text.toLowerCase()))
            return <Rows packages={shown} chosen={chosen} onChoose={(one) => onChange(withPackage(chosen, one, all))} />
          }}
        </Loaded>
      </div>
    </div>
  )
}

const textOf = (one: PackageRow): string => `${one.component} ${one.version} ${one.ticket} ${one.release} ${one.sha256}`.toLowerCase()

type RowsProps = { packages: readonly PackageRow[]; chosen: readonly string[]; onChoose: (one: PackageRow) => void }

function Rows({ packages, chosen, onChoose }: RowsProps) {
  const { say } = useWords()
  return (
    <div className="tbwrap">
      <table className="tb" aria-label={say('patch.packages')}>
        <TableHead
          titles={[say('packages.component'), say('col.version'), say('packages.origin'), 'OS/Arch', say('patch.release'), 'SHA-256']}
          widths={[136, 90, null, 96, 116, 124]}
        />
        <tbody>
          {packages.map((one) => (
            <tr key={one.sha256} aria-selected={chosen.includes(one.sha256) || undefined}>
              <td>
                <label className="row cursor-pointer">
                  <input
                    type="checkbox"
                    className="box"
                    aria-label={say('patch.choose', { name: `${one.component} ${one.version} ${one.sha256.slice(0, 12)}` })}
                    checked={chosen.includes(one.sha256)}
                    onChange={() => onChoose(one)}
                  />
                  <span className="m">{one.component}</span>
                </label>
              </td>
              <td className="mono">{one.version}</td>
              <td>
                <span className="row">
                  <Badge {...(one.origin === 'hotfix' && { tone: 'warn' as const })}>{say(`packages.origin.${one.origin}`)}</Badge>
                  {one.ticket ? <span className="tr">{say('patch.ticket-of', { ticket: one.ticket })}</span> : null}
                  <span className="t3">
                    <Time at={one.createdAt} />
                  </span>
                </span>
              </td>
              <td className="t2">{`${one.os}/${one.arch}`}</td>
              <td className={one.release ? 'mono' : 't3'} title={one.release}>
                {one.release || say('patch.not-asked')}
              </td>
              <td className="mono">
                <Link href={`/packages/${one.sha256}`} title={one.sha256}>
                  {one.sha256.slice(0, 12)}
                </Link>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
