'use client'

import { usePackages } from '@/components/data/queries'
import { useWords } from '@/components/data/words'
import { packageLabel } from '@/components/scale/scale-packages'
import { SelectField } from '@/components/ui/field'
import type { UpgradeTarget } from '@/server/domain/api-upgrades'

type Choice = UpgradeTarget['choices'][number]
type Chosen = Readonly<Record<string, string>>

const keyOf = ({ component, os, arch }: Choice): string => `${component} ${os}/${arch}`

/** The wished builds that the target really has. */
export const chosenBuilds = (choices: readonly Choice[], chosen: Chosen): string[] =>
  choices.flatMap((choice) => choice.packages.filter((sha256) => sha256 === chosen[keyOf(choice)]))

/** Which build, where the store has several of one version: a nightly that was fetched twice, or one's own. */
export function Builds({ choices, chosen, onChoose }: { choices: readonly Choice[]; chosen: Chosen; onChoose: (chosen: Chosen) => void }) {
  const { say } = useWords()
  const store = usePackages().data ?? []
  if (choices.length === 0) return null
  const label = (sha256: string): string => {
    const one = store.find((each) => each.sha256 === sha256)
    return one ? `${packageLabel(one)} ${one.createdAt.slice(0, 16).replace('T', ' ')}` : sha256.slice(0, 12)
  }
  return (
    <section className="flex max-w-[560px] flex-col gap-3" aria-label={say('upgrade.builds')}>
      <h2 className="m">{say('upgrade.builds')}</h2>
      <p className="t2">{say('upgrade.builds-note')}</p>
      {choices.map((choice) => (
        <SelectField
          key={keyOf(choice)}
          label={keyOf(choice)}
          value={chosen[keyOf(choice)] ?? choice.packages[0] ?? ''}
          options={choice.packages.map((sha256) => ({ value: sha256, label: label(sha256) }))}
          onChange={(event) => onChoose({ ...chosen, [keyOf(choice)]: event.target.value })}
        />
      ))}
    </section>
  )
}
