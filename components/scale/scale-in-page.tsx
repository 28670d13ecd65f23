'use client'

import { useWords } from '@/components/data/words'
import { InstancePicker } from '@/components/rolling/instance-picker'
import { OperationWizard, type WizardStep } from '@/components/rolling/operation-wizard'
import { paceInput } from '@/components/rolling/pace'
import { PaceStep, paceProblems } from '@/components/rolling/pace-step'
import { namedOf } from '@/components/rolling/selection'
import { SelectionWizard } from '@/components/rolling/selection-wizard'
import type { WizardAt } from '@/components/rolling/wizard-page'
import { Banner } from '@/components/ui/banner'
import { KeyValues } from '@/components/ui/drawer'
import { Consequences } from './consequences'
import { barredOf, quorumOf, unboundOf } from './leaving'
import { empty, type ScaleInDraft } from './scale-in-draft'

/** Scale in: which instances go, what goes with them, and that what stays keeps its majority. */
export function ScaleInPage({ name }: { name: string }) {
  const { say } = useWords()
  return (
    <SelectionWizard<ScaleInDraft>
      cluster={name}
      operation="scale-in"
      title={say('scale-in.title', { cluster: name })}
      empty={empty}
      asked={(selection) => ({ selection })}
    >
      {(at) => <ScaleIn {...at} />}
    </SelectionWizard>
  )
}

function ScaleIn(at: WizardAt<ScaleInDraft>) {
  const words = useWords()
  const { say } = words
  const { cluster, rows, draft, change } = at
  const { nodes } = draft.selection
  const leaving = namedOf(rows, draft.selection)
  const unbound = unboundOf(rows, nodes)
  const reasons = unbound.map(({ id }) => ({ node: id, reason: (draft.unbound[id] ?? '').trim() }))
  const steps: WizardStep[] = [
    {
      id: 'instances',
      label: say('pick.title'),
      answer: leaving.map(({ id }) => id).join(', '),
      problems: leaving.length === 0 ? [{ text: say('scale-in.nothing'), field: 'pick-count' }] : [],
      body: (
        <InstancePicker
          rows={rows}
          named
          selection={draft.selection}
          onChange={(selection) => change({ selection })}
          result={say('scale-in.leaves')}
          barred={(row) => {
            const why = barredOf(rows, nodes, row)
            return why && say(`scale-in.${why}`)
          }}
        />
      ),
    },
    {
      id: 'consequences',
      label: say('scale-in.consequences'),
      answer: draft.force ? '--force' : '',
      problems: [
        ...reasons
          .filter(({ reason }) => reason === '')
          .map(({ node }) => ({ text: say('scale-in.reason-missing', { node }), field: `unbound-${node}` })),
        ...paceProblems(draft.pace, words),
      ],
      body: (
        <>
          <Consequences at={at} leaving={leaving} unbound={unbound} />
          <PaceStep pace={draft.pace} onChange={(pace) => change({ pace })} only={['waitTimeoutS', 'transferTimeoutS']} />
        </>
      ),
    },
  ]
  return (
    <OperationWizard
      cluster={cluster}
      operation="scale-in"
      title={say('scale-in.title', { cluster: cluster.name })}
      steps={steps}
      draft={at}
      command={`tiup dm scale-in ${cluster.name} -N ${nodes.join(',') || '…'}${draft.force ? ' --force' : ''}`}
      input={{
        ...paceInput(draft.pace),
        nodes: leaving.map(({ id }) => id),
        force: draft.force,
        unbound: reasons,
        ...(draft.credentialId !== '' && { credentialId: draft.credentialId }),
      }}
      summary={<Summary at={at} />}
      note={cluster.leaving.length === 0 ? null : <Banner>{say('scale-in.half-gone', { nodes: cluster.leaving.join(', ') })}</Banner>}
    />
  )
}

function Summary({ at: { rows, draft } }: { at: WizardAt<ScaleInDraft> }) {
  const { say } = useWords()
  const leaving = namedOf(rows, draft.selection)
  const count = (role: string, of: typeof rows): number => of.filter((row) => row.role === role).length
  const masters = count('dm-master', rows) - count('dm-master', leaving)
  const moved = leaving.filter(({ source }) => source !== '').map(({ source }) => source)
  return (
    <>
      <KeyValues
        rows={[
          [say('scale-in.leave'), String(leaving.length)],
          ['dm-master', say('scale-in.stay', { count: masters, quorum: quorumOf(masters) })],
          ['dm-worker', say('scale-in.stay-workers', { count: count('dm-worker', rows) - count('dm-worker', leaving) })],
          ...(moved.length > 0 ? [[say('sum.sources'), moved.join(', ')] as const] : []),
        ]}
      />
      <p className="t2 mt-2">{say('scale-in.order')}</p>
    </>
  )
}
