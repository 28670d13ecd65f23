'use client'

import type { UseQueryResult } from '@tanstack/react-query'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { SelectField } from '@/components/ui/field'
import type { PackageRow } from '@/server/domain/api'
import type { AdditionCheck } from './addition'

/** What the store has for each component of the new instances. */
export const packagesOf = (check: AdditionCheck, store: readonly PackageRow[]): ReadonlyMap<string, readonly PackageRow[]> =>
  new Map(
    [...new Set(check.instances.map(({ component }) => component))].map((component) => [
      component,
      store.filter((one) => one.component === component),
    ]),
  )

export const packageLabel = (one: PackageRow): string =>
  `${one.version} ${one.os}/${one.arch}${one.origin === 'hotfix' ? ` hotfix ${one.ticket}` : ''} ${one.sha256.slice(0, 12)}`

type Props = {
  offered: ReadonlyMap<string, readonly PackageRow[]>
  chosen: Readonly<Record<string, string>>
  onChoose: (chosen: Readonly<Record<string, string>>) => void
  store: UseQueryResult<PackageRow[]>
}

/** What new instances run: by default what their role runs now, or another package of the store. */
export function ScalePackages({ offered, chosen, onChoose, store }: Props) {
  const { say } = useWords()
  const choose = (component: string, sha256: string): void => {
    const { [component]: _former, ...rest } = chosen
    onChoose(sha256 === '' ? rest : { ...rest, [component]: sha256 })
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
          options={[
            { value: '', label: say('scale-out.as-now') },
            ...packages.map((one) => ({ value: one.sha256, label: packageLabel(one) })),
          ]}
          onChange={(event) => choose(component, event.target.value)}
        />
      ))}
    </div>
  )
}
