'use client'

import { ArrowRight } from 'lucide-react'
import { useState } from 'react'
import { useWords } from '@/components/data/words'
import { Note } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { Field, SelectField, Tick } from '@/components/ui/field'
import { Status } from '@/components/ui/status-shape'
import type { HotfixPreview } from '@/server/domain/api-packages'
import { componentNames } from '@/server/domain/component'
import { entriesAfter, FileTable, fileSize } from './file-tree'
import type { Chosen, Component } from './use-hotfix'

type Props = { preview: HotfixPreview; chosen: Chosen; change: (part: Partial<Chosen>) => void }
type Part = HotfixPreview['packages'][number]

const all: readonly Component[] = [...componentNames, 'dmctl']

/** The upload as it is, and each package as it will be, with what was mended and what is wrong. */
export function HotfixTrees({ preview, chosen, change }: Props) {
  const { say } = useWords()
  const parts = preview.packages
  const [offered] = useState<readonly Component[]>(() => parts.map(({ component }) => component))
  const toggle = (component: Component, on: boolean): void => {
    const components = all.filter((one) => (one === component ? on : parts.some((part) => part.component === one)))
    if (components.length > 0) change({ components })
  }
  return (
    <div className="flex flex-col gap-5">
      <Problems problems={preview.problems} />
      {preview.problems.length > 0 || preview.upload.form !== 'archive' ? (
        <SelectField
          label={say('hotfix.component')}
          value={parts[0]?.component ?? ''}
          options={[{ value: '', label: '–' }, ...all.map((value) => ({ value, label: value }))]}
          onChange={(event) => {
            const component = all.find((one) => one === event.target.value)
            if (component) change({ components: [component], placements: [] })
          }}
        />
      ) : null}
      <Uploaded preview={preview} />
      {offered.length > 1 ? (
        <fieldset className="row gap-4">
          <legend className="sr-only">{say('hotfix.components')}</legend>
          {offered.map((component) => (
            <Tick key={component} checked={parts.some((part) => part.component === component)} onChange={(on) => toggle(component, on)}>
              <span className="mono">{component}</span>
            </Tick>
          ))}
        </fieldset>
      ) : null}
      {parts.map((part) => (
        <PartTree key={part.component} part={part} preview={preview} chosen={chosen} change={change} />
      ))}
    </div>
  )
}

function Uploaded({ preview }: { preview: HotfixPreview }) {
  const { say } = useWords()
  const { upload, leftOut } = preview
  const left = new Set(leftOut)
  return (
    <section className="rounded-(--r2) border border-(--line) px-3 pb-2">
      <div className="sec">
        <h2>{say('hotfix.uploaded')}</h2>
        <span className="c mono">{`${upload.name} · ${fileSize(upload.sizeBytes)} · ${upload.sha256.slice(0, 12)}`}</span>
      </div>
      <FileTable
        label={say('hotfix.uploaded')}
        entries={upload.entries}
        note={(path) => (left.has(path) ? <span className="t3"> · {say('hotfix.left-out')}</span> : null)}
      />
    </section>
  )
}

function PartTree({ part, preview, chosen, change }: { part: Part } & Props) {
  const { say } = useWords()
  const lost = part.problems.some(({ code }) => code === 'hotfix.which-place' || code === 'hotfix.no-such-place')
  const [lone] = preview.upload.entries
  return (
    <section className="rounded-(--r2) border border-(--line) px-3 pb-2">
      <div className="sec">
        <ArrowRight className="i" aria-hidden="true" />
        <h2>{say('hotfix.package-of', { component: part.component })}</h2>
        <span className="c mono">{say('hotfix.base', { name: part.base.fileName })}</span>
        <span className="grow" />
        {part.problems.some(({ severity }) => severity === 'error') ? null : <Status shape="ok">{say('hotfix.layout-ok')}</Status>}
      </div>
      <Problems problems={part.problems} />
      {lost && lone ? (
        <Place
          onSet={(to) =>
            change({
              components: chosen.components ?? [part.component],
              placements: [{ component: part.component, from: lone.path, to }],
            })
          }
        />
      ) : null}
      <FileTable
        label={say('hotfix.package-of', { component: part.component })}
        entries={entriesAfter(part.changes)}
        changes={part.changes}
      />
    </section>
  )
}

function Problems({ problems }: { problems: HotfixPreview['problems'] }) {
  const { sayProblem } = useWords()
  return problems.map((problem) => {
    const { message, hint } = sayProblem(problem)
    return (
      <div key={`${problem.code} ${JSON.stringify(problem.params)}`} className="pb-2">
        <Note tone={problem.severity === 'error' ? 'bad' : 'ok'} title={message}>
          {hint}
        </Note>
      </div>
    )
  })
}

function Place({ onSet }: { onSet: (to: string) => void }) {
  const { say } = useWords()
  const [to, setTo] = useState('')
  return (
    <form
      className="flex max-w-3xl items-start gap-3 pb-3"
      onSubmit={(event) => {
        event.preventDefault()
        onSet(to.trim())
      }}
    >
      <div className="grow">
        <Field
          mono
          label={say('hotfix.place')}
          hint={say('hotfix.place-help')}
          value={to}
          onChange={(event) => setTo(event.target.value)}
        />
      </div>
      <Button type="submit" size="large" className="mt-5">
        {say('hotfix.place-set')}
      </Button>
    </form>
  )
}
