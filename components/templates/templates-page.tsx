'use client'

import { Download } from 'lucide-react'
import { useState } from 'react'
import { saveText } from '@/components/data/api'
import { useUrlState } from '@/components/data/url-state'
import { type UiWord, useWords } from '@/components/data/words'
import { PageHead } from '@/components/layout/page-head'
import { Segmented } from '@/components/ui/badge'
import { Note } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Field } from '@/components/ui/field'
import { localTemplateInput, localTopology, type TemplateForm, templateForms, templates } from '@/server/domain/topology/samples'

const fields = [
  ...(['user', 'group', 'sshPort', 'deployDir', 'dataDir', 'arch'] as const),
  ...(['masters', 'workers', 'monitors', 'grafanas', 'alertmanagers'] as const),
]
type Name = (typeof fields)[number]
type Typed = Partial<Record<Name, string>>

/** template: topologies to begin with, as `tiup dm template` prints them; one of them for hosts of one's own. */
export function TemplatesPage() {
  const { say } = useWords()
  const url = useUrlState()
  const [typed, setTyped] = useState<Typed>({})
  const form: TemplateForm = templateForms.find((one) => one === url.get('form')) ?? 'minimal'
  const read = localTemplateInput.safeParse(typed)
  const text = form === 'local' ? (read.success ? localTopology(read.data) : undefined) : templates[form]
  const bad = read.success ? [] : read.error.issues.map(({ path }) => String(path[0]))
  return (
    <>
      <PageHead title={say('templates.title')}>
        <Button
          reason={text === undefined ? say('templates.bad') : undefined}
          onClick={() => saveText(`topology-${form}.yaml`, 'application/yaml', text ?? '')}
        >
          <Download className="i" aria-hidden="true" />
          {say('templates.download')}
        </Button>
      </PageHead>
      <div className="scroll pad flex flex-col gap-4 pt-2 pb-8">
        <p className="t2">{say('templates.note')}</p>
        <div>
          <Segmented<TemplateForm>
            label={say('templates.title')}
            value={form}
            onChange={(next) => url.set({ form: next === 'minimal' ? '' : next })}
            options={templateForms.map((value) => ({ value, label: say(`templates.form.${value}`) }))}
          />
        </div>
        {form === 'local' ? <LocalFields typed={typed} bad={bad} onType={setTyped} /> : null}
        {text === undefined ? (
          <Note tone="bad" title={say('templates.bad')} />
        ) : (
          <div className="row items-start">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
            <pre className="pre grow overflow-auto" tabIndex={0}>
              {text}
            </pre>
            <CopyButton text={text} label={say('act.copy')} />
          </div>
        )}
      </div>
    </>
  )
}

type Props = { typed: Typed; bad: readonly string[]; onType: (typed: Typed) => void }

function LocalFields({ typed, bad, onType }: Props) {
  const { say } = useWords()
  const standard = localTemplateInput.parse({})
  const placeholder = (name: Name): string => {
    const value = standard[name]
    return Array.isArray(value) ? value.join(',') : String(value)
  }
  const change = (name: Name, value: string): void => {
    const { [name]: _former, ...rest } = typed
    // An empty list of hosts means none; any other empty field its default.
    onType(value === '' && !Array.isArray(standard[name]) ? rest : { ...rest, [name]: value })
  }
  return (
    <div className="grid max-w-[960px] grid-cols-2 gap-3 max-md:grid-cols-1">
      {fields.map((name) => (
        <Field
          key={name}
          mono
          label={say(labels[name])}
          placeholder={placeholder(name)}
          error={bad.includes(name) ? say('templates.bad-field') : undefined}
          value={typed[name] ?? (Array.isArray(standard[name]) ? placeholder(name) : '')}
          onChange={(event) => change(name, event.target.value)}
        />
      ))}
    </div>
  )
}

const labels: Readonly<Record<Name, UiWord>> = {
  user: 'templates.user',
  group: 'templates.group',
  sshPort: 'templates.ssh-port',
  deployDir: 'templates.deploy-dir',
  dataDir: 'templates.data-dir',
  arch: 'templates.arch',
  masters: 'templates.masters',
  workers: 'templates.workers',
  monitors: 'templates.monitors',
  grafanas: 'templates.grafanas',
  alertmanagers: 'templates.alertmanagers',
}
