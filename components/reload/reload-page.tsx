'use client'

import { NotApplied } from '@/components/config/not-applied'
import { useWords } from '@/components/data/words'
import { InstancePicker } from '@/components/rolling/instance-picker'
import { OperationWizard, type WizardStep } from '@/components/rolling/operation-wizard'
import { defaultPace, type Pace, paceInput } from '@/components/rolling/pace'
import { PaceStep, paceAnswer, paceProblems } from '@/components/rolling/pace-step'
import { RollingSummary } from '@/components/rolling/rolling-summary'
import { chosenOf, everything, type Selection, selectionFlags } from '@/components/rolling/selection'
import { SelectionWizard } from '@/components/rolling/selection-wizard'
import type { WizardAt } from '@/components/rolling/wizard-page'
import { KeyValues } from '@/components/ui/drawer'

const ways = ['changed', 'all', 'none'] as const
type Way = (typeof ways)[number]
type Draft = { selection: Selection; pace: Pace; restart: Way }
const empty: Draft = { selection: everything, pace: defaultPace, restart: 'changed' }

/** reload: files on the hosts in step with the newest revision; by role and node, restarting what changed, all, or nothing. */
export function ReloadPage({ name }: { name: string }) {
  const { say } = useWords()
  return (
    <SelectionWizard<Draft>
      cluster={name}
      operation="reload"
      title={say('reload.title', { cluster: name })}
      empty={empty}
      asked={(selection) => ({ selection })}
    >
      {(at) => <Reload {...at} />}
    </SelectionWizard>
  )
}

function Reload(at: WizardAt<Draft>) {
  const words = useWords()
  const { say } = words
  const { cluster, rows, draft, change } = at
  const chosen = chosenOf(rows, draft.selection)
  const quiet = draft.restart === 'none'
  const behind = cluster.unapplied.filter(({ instance }) => chosen.some(({ id }) => id === instance))
  const steps: WizardStep[] = [
    {
      id: 'instances',
      label: say('pick.title'),
      answer: say('operate.chosen', { count: chosen.length, all: rows.length }),
      problems: chosen.length === 0 && rows.length > 0 ? [{ text: say('pick.nothing'), field: 'pick-count' }] : [],
      body: (
        <InstancePicker rows={rows} selection={draft.selection} onChange={(selection) => change({ selection })} result={say('op.reload')} />
      ),
    },
    {
      id: 'how',
      label: say('reload.how'),
      answer: quiet ? say('reload.way-none') : `${say(`reload.way-${draft.restart}`)}, ${paceAnswer(draft.pace, words)}`,
      problems: quiet ? [] : paceProblems(draft.pace, words),
      body: <How {...at} />,
    },
  ]
  return (
    <OperationWizard
      cluster={cluster}
      operation="reload"
      title={say('reload.title', { cluster: cluster.name })}
      steps={steps}
      draft={at}
      note={<NotApplied cluster={cluster.name} newest={cluster.revision} unapplied={cluster.unapplied} />}
      command={`tiup dm reload ${cluster.name}${selectionFlags(draft.selection)}${quiet ? ' --skip-restart' : ''}`}
      input={{ ...draft.selection, restart: draft.restart, ...(quiet ? {} : paceInput(draft.pace)) }}
      summary={
        <>
          <KeyValues
            rows={[
              [say('reload.revision'), `r${cluster.revision}`],
              [say('reload.behind'), String(behind.length)],
            ]}
          />
          <p className="t3 my-2">{say('reload.by-facts')}</p>
          {draft.restart === 'all' ? <RollingSummary all={rows} chosen={chosen} pace={draft.pace} /> : null}
        </>
      }
    />
  )
}

function How({ draft, change }: WizardAt<Draft>) {
  const { say } = useWords()
  return (
    <>
      <fieldset className="flex max-w-[560px] flex-col gap-3 p-5 pb-0">
        <legend className="sr-only">{say('reload.how')}</legend>
        {ways.map((way) => (
          <label key={way} className="choice" data-on={draft.restart === way}>
            <input
              type="radio"
              name="reload-how"
              className="mt-1 size-3.5 accent-(--accent)"
              checked={draft.restart === way}
              onChange={() => change({ restart: way })}
            />
            <span>
              <b>{say(`reload.restart-${way}`)}</b>
              <small>{say(`reload.restart-${way}-note`)}</small>
            </span>
          </label>
        ))}
      </fieldset>
      {draft.restart === 'none' ? null : <PaceStep pace={draft.pace} onChange={(pace) => change({ pace })} />}
    </>
  )
}
