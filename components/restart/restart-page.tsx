'use client'

import { useWords } from '@/components/data/words'
import { InstancePicker } from '@/components/rolling/instance-picker'
import { OperationWizard, type WizardStep } from '@/components/rolling/operation-wizard'
import { defaultPace, type Pace, paceInput } from '@/components/rolling/pace'
import { PaceStep, paceAnswer, paceProblems } from '@/components/rolling/pace-step'
import { RollingSummary } from '@/components/rolling/rolling-summary'
import { chosenOf, everything, isUp, type Selection, selectionFlags } from '@/components/rolling/selection'
import { SelectionWizard } from '@/components/rolling/selection-wizard'
import type { WizardAt } from '@/components/rolling/wizard-page'
import { KeyValues } from '@/components/ui/drawer'
import { AreaField } from '@/components/ui/field'

type Draft = { selection: Selection; pace: Pace; atOnce: boolean; why: string }
const empty: Draft = { selection: everything, pace: defaultPace, atOnce: false, why: '' }

/** Restart: one after another behind gates, or all at once; by role and node. */
export function RestartPage({ name }: { name: string }) {
  const { say } = useWords()
  return (
    <SelectionWizard<Draft>
      cluster={name}
      operation="restart"
      title={say('restart.title', { cluster: name })}
      empty={empty}
      asked={(selection) => ({ selection })}
    >
      {(at) => <Restart {...at} />}
    </SelectionWizard>
  )
}

function Restart(at: WizardAt<Draft>) {
  const words = useWords()
  const { say } = words
  const { cluster, rows, draft, change } = at
  const chosen = chosenOf(rows, draft.selection)
  const down = chosen.filter((row) => !isUp(row)).length
  const steps: WizardStep[] = [
    {
      id: 'instances',
      label: say('pick.title'),
      answer: say('operate.chosen', { count: chosen.length, all: rows.length }),
      problems: chosen.length === 0 && rows.length > 0 ? [{ text: say('pick.nothing'), field: 'pick-count' }] : [],
      body: (
        <InstancePicker
          rows={rows}
          selection={draft.selection}
          onChange={(selection) => change({ selection })}
          result={say('op.restart')}
        />
      ),
    },
    {
      id: 'how',
      label: say('restart.how'),
      answer: draft.atOnce ? say('restart.answer-at-once') : `${say('restart.answer-rolling')}, ${paceAnswer(draft.pace, words)}`,
      problems: draft.atOnce
        ? draft.why.trim() === ''
          ? [{ text: say('restart.at-once-why-missing'), field: 'restart-why' }]
          : []
        : paceProblems(draft.pace, words),
      body: <How {...at} />,
    },
  ]
  return (
    <OperationWizard
      cluster={cluster}
      operation="restart"
      title={say('restart.title', { cluster: cluster.name })}
      steps={steps}
      draft={at}
      command={`tiup dm restart ${cluster.name}${selectionFlags(draft.selection)}`}
      input={inputOf(draft)}
      summary={
        <>
          {draft.atOnce ? (
            <KeyValues
              rows={[
                [say('restart.how'), say('restart.all-stop', { count: chosen.length })],
                [say('sum.sources'), String(chosen.filter(({ source }) => source !== '').length)],
              ]}
            />
          ) : (
            <RollingSummary all={rows} chosen={chosen} pace={draft.pace} />
          )}
          {down > 0 ? <p className="t2 mt-2">{say('restart.stopped', { count: down })}</p> : null}
        </>
      }
    />
  )
}

/** The reason for all at once travels as a waiver: kept with the plan. */
const inputOf = ({ selection, pace, atOnce, why }: Draft) =>
  atOnce ? { ...selection, atOnce, waivers: [{ code: 'restart.at-once', reason: why }] } : { ...selection, atOnce, ...paceInput(pace) }

function How({ draft, change }: WizardAt<Draft>) {
  const { say } = useWords()
  return (
    <>
      <fieldset className="flex max-w-[560px] flex-col gap-3 p-5 pb-0">
        <legend className="sr-only">{say('restart.how-title')}</legend>
        {([false, true] as const).map((atOnce) => (
          <label key={String(atOnce)} className="choice" data-on={draft.atOnce === atOnce}>
            <input
              type="radio"
              name="restart-how"
              className="mt-1 size-3.5 accent-(--accent)"
              checked={draft.atOnce === atOnce}
              onChange={() => change({ atOnce })}
            />
            <span>
              <b>{say(atOnce ? 'restart.at-once' : 'restart.rolling')}</b>
              <small>{say(atOnce ? 'restart.at-once-note' : 'restart.rolling-note')}</small>
            </span>
          </label>
        ))}
      </fieldset>
      {draft.atOnce ? (
        <div className="max-w-[560px] p-5">
          <AreaField
            id="restart-why"
            rows={2}
            label={say('restart.at-once-why')}
            hint={say('restart.at-once-why-help')}
            value={draft.why}
            onChange={(event) => change({ why: event.target.value })}
          />
        </div>
      ) : (
        <PaceStep pace={draft.pace} onChange={(pace) => change({ pace })} />
      )}
    </>
  )
}
