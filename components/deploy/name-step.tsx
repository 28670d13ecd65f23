'use client'

import Link from 'next/link'
import type { Say } from '@/components/plan/say'
import { Field } from '@/components/ui/field'
import type { Draft } from './draft'

type Props = {
  say: Say
  draft: Draft
  onChange: (changes: Partial<Draft>) => void
  versions: readonly string[]
  problem: string | undefined
}

export function NameStep({ say, draft, onChange, versions, problem }: Props) {
  const nameProblem = problem?.startsWith('deploy.name') ? say(problem) : undefined
  const versionProblem = problem?.startsWith('deploy.version') ? say(problem) : undefined
  return (
    <div className="flex max-w-[520px] flex-col gap-4 p-5">
      <Field
        label={say('deploy.name')}
        hint={say('deploy.name-help')}
        error={nameProblem}
        value={draft.name}
        mono
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onChange({ name: event.target.value.trim() })}
      />
      <Field
        label={say('deploy.version')}
        hint={say('deploy.version-help')}
        error={versionProblem}
        value={draft.version}
        mono
        list="versions"
        autoComplete="off"
        onChange={(event) => onChange({ version: event.target.value.trim() })}
      />
      <datalist id="versions">
        {versions.map((version) => (
          <option key={version} value={version} />
        ))}
      </datalist>
      {versions.length === 0 ? (
        <p className="note warn">
          {say('deploy.version-none')}{' '}
          <Link href="/packages" className="underline">
            {say('deploy.packages-link')}
          </Link>
        </p>
      ) : (
        <p className="flex flex-wrap gap-2">
          {versions.map((version) => (
            <button
              key={version}
              type="button"
              className="chip font-mono"
              aria-pressed={draft.version === version}
              onClick={() => onChange({ version })}
            >
              {version}
            </button>
          ))}
        </p>
      )}
    </div>
  )
}
