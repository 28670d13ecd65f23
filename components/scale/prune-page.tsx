'use client'

import { useWords } from '@/components/data/words'
import { OperationWizard, type WizardStep } from '@/components/rolling/operation-wizard'
import { defaultPace, type Pace } from '@/components/rolling/pace'
import { PaceStep, paceProblems } from '@/components/rolling/pace-step'
import { type WizardAt, WizardPage } from '@/components/rolling/wizard-page'
import { KeyValues } from '@/components/ui/drawer'
import { AreaField } from '@/components/ui/field'

type Draft = { names: string; pace: Pace }
const empty: Draft = { names: '', pace: defaultPace }

/** Prune: registrations in DM that the topology does not have. The plan shows them before anything is taken out. */
export function PrunePage({ name }: { name: string }) {
  const { say } = useWords()
  return (
    <WizardPage<Draft> cluster={name} operation="prune" title={say('prune.title', { cluster: name })} empty={empty}>
      {(at) => <Prune {...at} />}
    </WizardPage>
  )
}

const namesOf = (text: string): string[] => [...new Set(text.split(/[\s,;]+/).filter((name) => name !== ''))]

function Prune(at: WizardAt<Draft>) {
  const words = useWords()
  const { say } = words
  const { cluster, draft, change } = at
  const names = namesOf(draft.names)
  const { waitTimeoutS } = draft.pace
  const which = names.length === 0 ? say('prune.all') : say('prune.some', { count: names.length })
  const steps: WizardStep[] = [
    {
      id: 'what',
      label: say('prune.what'),
      answer: which,
      problems: paceProblems(draft.pace, words),
      body: (
        <>
          <div className="flex max-w-[560px] flex-col gap-4 p-5 pb-0">
            <p className="t2">{say('prune.note')}</p>
            <AreaField
              rows={2}
              label={say('prune.names')}
              hint={say('prune.names-help')}
              value={draft.names}
              spellCheck={false}
              onChange={(event) => change({ names: event.target.value })}
            />
          </div>
          <PaceStep pace={draft.pace} onChange={(pace) => change({ pace })} only={['waitTimeoutS']} />
        </>
      ),
    },
  ]
  return (
    <OperationWizard
      cluster={cluster}
      operation="prune"
      title={say('prune.title', { cluster: cluster.name })}
      steps={steps}
      draft={at}
      command={`tiup dm prune ${cluster.name}`}
      input={{ names, ...(waitTimeoutS.trim() !== '' && { waitTimeoutS: Number(waitTimeoutS) }) }}
      summary={
        <KeyValues
          rows={[
            [say('prune.what'), which],
            [say('prune.hosts'), say('prune.none-touched')],
          ]}
        />
      }
    />
  )
}
