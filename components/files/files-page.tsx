'use client'

import { useWords } from '@/components/data/words'
import { InstancePicker } from '@/components/rolling/instance-picker'
import { OperationWizard, type WizardProblem, type WizardStep } from '@/components/rolling/operation-wizard'
import { chosenOf, selectionFlags } from '@/components/rolling/selection'
import { SelectionWizard } from '@/components/rolling/selection-wizard'
import type { WizardAt } from '@/components/rolling/wizard-page'
import { Banner } from '@/components/ui/banner'
import { KeyValues } from '@/components/ui/drawer'
import { fileSizeText } from '@/components/ui/time'
import { useSession } from '../data/queries'
import { empty, type FilesDraft, inputOf, pathsOf, wordsOf } from './draft'
import { WhatStep } from './what-step'

/** push and pull: a file to each host of the chosen instances, or files from them. */
export function FilesPage({ name }: { name: string }) {
  const { say } = useWords()
  return (
    <SelectionWizard<FilesDraft>
      cluster={name}
      operation="files"
      title={say('files.title', { cluster: name })}
      empty={empty}
      asked={(selection) => ({ selection })}
    >
      {(at) => <Files {...at} />}
    </SelectionWizard>
  )
}

function Files(at: WizardAt<FilesDraft>) {
  const { say } = useWords()
  const { cluster, rows, draft, change } = at
  const { selection, verb, file } = draft
  const maySudo = useSession().data?.user?.maySudo === true
  const sudo = draft.sudo && maySudo
  const chosen = chosenOf(rows, selection)
  const hosts = new Set(chosen.map(({ hostId }) => hostId)).size
  const steps: WizardStep[] = [
    {
      id: 'what',
      label: say('files.what'),
      answer: say(`crumb.${verb}`),
      problems: problemsOf(draft, say),
      body: <WhatStep {...at} maySudo={maySudo} sudo={sudo} />,
    },
    {
      id: 'instances',
      label: say('pick.title'),
      answer: say('operate.chosen', { count: chosen.length, all: rows.length }),
      problems: chosen.length === 0 && rows.length > 0 ? [{ text: say('pick.nothing'), field: 'pick-count' }] : [],
      body: <InstancePicker rows={rows} selection={selection} onChange={(to) => change({ selection: to })} result={say(`op.${verb}`)} />,
    },
  ]
  return (
    <OperationWizard
      cluster={cluster}
      beside
      operation={verb}
      title={say('files.title', { cluster: cluster.name })}
      steps={steps}
      draft={at}
      note={cluster.runningJob ? <Banner>{say('files.beside', { job: cluster.runningJob.number })}</Banner> : undefined}
      command={`dm-panel ${verb} ${cluster.name} ${wordsOf(draft)}${selectionFlags(selection)}${sudo ? ' --sudo' : ''}`}
      input={inputOf(draft, sudo)}
      summary={
        <KeyValues
          rows={[
            [say('exec.hosts'), String(hosts)],
            [say('files.who'), sudo ? 'root' : cluster.user],
            ...(verb === 'push' && file ? ([[say('files.size'), fileSizeText(file.sizeBytes)]] as const) : []),
          ]}
        />
      }
    />
  )
}

type Say = ReturnType<typeof useWords>['say']

const problemsOf = (draft: FilesDraft, say: Say): WizardProblem[] => {
  const bad = (path: string): boolean => !/^(\/|\{\{)/.test(path)
  const width = draft.atOnce === '' || (/^\d+$/.test(draft.atOnce) && Number(draft.atOnce) >= 1 && Number(draft.atOnce) <= 64)
  const paths = pathsOf(draft)
  const own: WizardProblem[] =
    draft.verb === 'push'
      ? [
          ...(draft.file ? [] : [{ text: say('files.file-missing'), field: 'files-choose' }]),
          ...(bad(draft.path.trim()) ? [{ text: say('files.path-missing'), field: 'files-path' }] : []),
          ...(draft.mode === '' || /^[0-7]{3,4}$/.test(draft.mode) ? [] : [{ text: say('files.mode-wrong'), field: 'files-mode' }]),
        ]
      : [
          ...(paths.length === 0 || paths.some(bad) ? [{ text: say('files.path-missing'), field: 'files-paths' }] : []),
          ...(paths.length > 20 ? [{ text: say('files.paths-many'), field: 'files-paths' }] : []),
        ]
  return [...own, ...(width ? [] : [{ text: say('exec.bad-number', { field: say('exec.width'), min: 1, max: 64 }), field: 'files-width' }])]
}
