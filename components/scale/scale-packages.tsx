'use client'

import type { UseQueryResult } from '@tanstack/react-query'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { SelectField } from '@/components/ui/field'
import type { PackageRow } from '@/server/domain/api'
import type { AdditionCheck } from './addition'

/** What may be chosen for each component of the new instances: what the server says, else all that the store has of it. */
export const packagesOf = (check: AdditionCheck, store: readonly PackageRow[]): ReadonlyMap<string, readonly PackageRow[]> =>
  new Map(
    [...new Set(check.instances.map(({ component }) => component))].map((component) => {
      const said = check.packages?.find((one) => one.component === component)
      return [component, store.filter((one) => one.component === component && (said?.others.includes(one.sha256) ?? true))]
    }),
  )

export const packageLabel = (one: PackageRow): string =>
  `${one.version} ${one.os}/${one.arch}${one.origin === 'hotfix' ? ` hotfix ${one.ticket}` : ''} ${one.sha256.slice(0, 12)}`

type Props = {
  check: AdditionCheck
  offered: ReadonlyMap<string, readonly PackageRow[]>
  chosen: Readonly<Record<string, string>>
  onChoose: (chosen: Readonly<Record<string, string>>) => void
  store: UseQueryResult<PackageRow[]>
}

/** What new instances run: by default what their role runs now, or another package of the store. */
export function ScalePackages({ check, offered, chosen, onChoose, store }: Props) {
  const { say } = useWords()
  const choose = (component: string, sha256: string): void => {
    const { [component]: _former, ...rest } = chosen
    onChoose(sha256 === '' ? rest : { ...rest, [component]: sha256 })
  }
  const asNow = (component: string): string => {
    const found = check.packages?.find((one) => one.component === component)
    if (!found) return say('scale-out.as-now')
    const one = store.data?.find(({ sha256 }) => sha256 === found.byDefault)
    return one ? `${say('scale-out.as-now')}: ${packageLabel(one)}` : say('scale-out.none-fits')
  }
  return (
    <div className="flex max-w-[560px] flex-col gap-4 p-5 pb-0">
      <p className="t2">{say('scale-out.packages-note')}</p>
      <ErrorNote error={store.error} />
      {offered.size === 0 ? <p className="t3">{say('scale-out.none-yet')}</p> : null}
      {[...offered].map(([component, packages]) => (
        <SelectField
          key={component}
          label={component}
          value={chosen[component] ?? ''}
          options={[{ value: '', label: asNow(component) }, ...packages.map((one) => ({ value: one.sha256, label: packageLabel(one) }))]}
          onChange={(event) => choose(component, event.target.value)}
        />
      ))}
    </div>
  )
}
