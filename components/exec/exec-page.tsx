'use client'

import { useRef } from 'react'
import { useSession } from '@/components/data/queries'
import { useWords } from '@/components/data/words'
import { InstancePicker } from '@/components/rolling/instance-picker'
import { OperationWizard, type WizardProblem, type WizardStep } from '@/components/rolling/operation-wizard'
import { chosenOf, everything, type Selection } from '@/components/rolling/selection'
import { SelectionWizard } from '@/components/rolling/selection-wizard'
import type { WizardAt } from '@/components/rolling/wizard-page'
import { Banner } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { KeyValues } from '@/components/ui/drawer'
import { AreaField, Field } from '@/components/ui/field'

type Draft = { selection: Selection; command: string; sudo: boolean; timeoutS: string; atOnce: string }
const empty: Draft = { selection: everything, command: '', sudo: false, timeoutS: '120', atOnce: '' }

/** Names that every component has, and those that some have. */
const values = ['DeployDir', 'LogDir', 'DataDir', 'Host', 'Port', 'Name'] as const

/** exec: a command once on each host of the chosen instances. */
export function ExecPage({ name }: { name: string }) {
  const { say } = useWords()
  return (
    <SelectionWizard<Draft>
      cluster={name}
      operation="exec"
      title={say('exec.title', { cluster: name })}
      empty={empty}
      asked={(selection) => ({ selection })}
    >
      {(at) => <Exec {...at} />}
    </SelectionWizard>
  )
}

function Exec(at: WizardAt<Draft>) {
  const { say } = useWords()
  const { cluster, rows, draft, change } = at
  const maySudo = useSession().data?.user?.maySudo === true
  const sudo = draft.sudo && maySudo
  const chosen = chosenOf(rows, draft.selection)
  const hosts = [...new Set(chosen.map(({ hostId }) => hostId))]
  const steps: WizardStep[] = [
    {
      id: 'instances',
      label: say('pick.title'),
      answer: say('operate.chosen', { count: chosen.length, all: rows.length }),
      problems: chosen.length === 0 && rows.length > 0 ? [{ text: say('pick.nothing'), field: 'pick-count' }] : [],
      body: (
        <InstancePicker rows={rows} selection={draft.selection} onChange={(selection) => change({ selection })} result={say('op.exec')} />
      ),
    },
    {
      id: 'command',
      label: say('exec.command-step'),
      answer: draft.command.trim().split('\n')[0]?.slice(0, 40) ?? '',
      problems: problemsOf(draft, say),
      body: <CommandStep {...at} maySudo={maySudo} sudo={sudo} />,
    },
  ]
  return (
    <OperationWizard
      cluster={cluster}
      beside
      operation="exec"
      title={say('exec.title', { cluster: cluster.name })}
      steps={steps}
      draft={at}
      note={cluster.runningJob ? <Banner>{say('exec.beside', { job: cluster.runningJob.number })}</Banner> : undefined}
      command={lineOf(cluster.name, draft, sudo)}
      input={{
        ...draft.selection,
        command: draft.command,
        sudo,
        timeoutS: Number(draft.timeoutS),
        ...(draft.atOnce === '' ? {} : { atOnce: Number(draft.atOnce) }),
      }}
      summary={
        <>
          <KeyValues
            rows={[
              [say('exec.hosts'), String(hosts.length)],
              [say('exec.who'), sudo ? 'root' : cluster.user],
              [say('exec.time'), `${draft.timeoutS} s`],
            ]}
          />
          <p className="t3 my-2">{say('exec.never-twice')}</p>
        </>
      }
    />
  )
}

type Say = ReturnType<typeof useWords>['say']

const problemsOf = ({ command, timeoutS, atOnce }: Draft, say: Say): WizardProblem[] => [
  ...(command.trim() === '' ? [{ text: say('exec.command-missing'), field: 'exec-command' }] : []),
  ...numberProblem(timeoutS, { field: 'exec-timeout', name: say('exec.timeout'), max: 86_400 }, say),
  ...(atOnce === '' ? [] : numberProblem(atOnce, { field: 'exec-width', name: say('exec.width'), max: 64 }, say)),
]

const numberProblem = (text: string, { field, name, max }: { field: string; name: string; max: number }, say: Say): WizardProblem[] =>
  /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= max
    ? []
    : [{ text: say('exec.bad-number', { field: name, min: 1, max }), field }]

/** TiUP's `-N` takes hosts here. */
const lineOf = (cluster: string, { selection, command }: Draft, sudo: boolean): string => {
  const hosts = [...new Set(selection.nodes.map((node) => node.replace(/:\d+$/, '')))]
  const flags = [
    ...(selection.roles.length > 0 ? [`-R ${selection.roles.join(',')}`] : []),
    ...(hosts.length > 0 ? [`-N ${hosts.join(',')}`] : []),
    ...(sudo ? ['--sudo'] : []),
  ]
  return ['tiup dm exec', cluster, ...flags, `--command '${command.replaceAll("'", "'\\''")}'`].join(' ')
}

function CommandStep({ cluster, draft, change, maySudo, sudo }: WizardAt<Draft> & { maySudo: boolean; sudo: boolean }) {
  const { say } = useWords()
  const area = useRef<HTMLDivElement>(null)
  const insert = (name: string): void => {
    const box = area.current?.querySelector('textarea')
    const at = box?.selectionStart ?? draft.command.length
    change({ command: `${draft.command.slice(0, at)}{{ .${name} }}${draft.command.slice(box?.selectionEnd ?? at)}` })
    box?.focus()
  }
  return (
    <div className="flex max-w-[720px] flex-col gap-5 p-5" ref={area}>
      <AreaField
        id="exec-command"
        rows={6}
        spellCheck={false}
        autoCapitalize="off"
        style={{ fontFamily: 'var(--mono, monospace)' }}
        label={say('exec.command')}
        hint={say('exec.command-help')}
        value={draft.command}
        onChange={(event) => change({ command: event.target.value })}
      />
      <div>
        <p className="t3 sm pb-1">{say('exec.values')}</p>
        <div className="row flex-wrap">
          {values.map((name) => (
            <Button key={name} size="small" aria-label={say('exec.value-add', { name: `.${name}` })} onClick={() => insert(name)}>
              <span className="mono">{`{{ .${name} }}`}</span>
            </Button>
          ))}
        </div>
      </div>
      <fieldset className="flex flex-col gap-3">
        <legend className="m pb-2">{say('exec.who')}</legend>
        {([false, true] as const).map((root) => (
          <label key={String(root)} className="choice" data-on={sudo === root}>
            <input
              type="radio"
              name="exec-who"
              className="mt-1 size-3.5 accent-(--accent)"
              checked={sudo === root}
              aria-disabled={root && !maySudo ? true : undefined}
              onChange={() => (root && !maySudo ? undefined : change({ sudo: root }))}
            />
            <span>
              <b>{root ? say('exec.as-root') : say('exec.as-deploy', { user: cluster.user })}</b>
              <small>{root ? say(maySudo ? 'exec.as-root-note' : 'exec.no-sudo') : say('exec.as-deploy-note')}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <div className="grid grid-cols-2 gap-4 max-md:grid-cols-1">
        <Field
          id="exec-timeout"
          inputMode="numeric"
          label={say('exec.timeout')}
          hint={say('exec.timeout-help')}
          value={draft.timeoutS}
          onChange={(event) => change({ timeoutS: event.target.value })}
        />
        <Field
          id="exec-width"
          inputMode="numeric"
          label={say('exec.width')}
          hint={say('reach.width-help')}
          value={draft.atOnce}
          onChange={(event) => change({ atOnce: event.target.value.trim() })}
        />
      </div>
    </div>
  )
}
