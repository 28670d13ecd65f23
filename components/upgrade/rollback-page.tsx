'use client'

import { useLedger, useUpgrade } from '@/components/data/operation-queries'
import { Loaded } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { InstancePicker } from '@/components/rolling/instance-picker'
import { OperationWizard, type WizardStep } from '@/components/rolling/operation-wizard'
import { defaultPace, type Pace, paceInput } from '@/components/rolling/pace'
import { PaceStep, paceAnswer, paceProblems } from '@/components/rolling/pace-step'
import { RollingSummary } from '@/components/rolling/rolling-summary'
import { chosenOf, everything, type Selection, selectionFlags } from '@/components/rolling/selection'
import { type WizardAt, WizardPage } from '@/components/rolling/wizard-page'
import { KeyValues } from '@/components/ui/drawer'
import { Tick } from '@/components/ui/field'
import type { LedgerView } from '@/server/domain/api-ledger'
import type { UpgradeView } from '@/server/domain/api-upgrades'
import { RedeployStep, suffixForm, suffixOf } from './redeploy-step'
import { type Way, Ways, waysOf } from './ways'

type Draft = { way: Way | null; selection: Selection; pace: Pace; offline: boolean; keepPackages: boolean; suffix: string }
const empty: Draft = { way: null, selection: everything, pace: defaultPace, offline: false, keepPackages: false, suffix: '' }

/** The way back of an upgrade or of hotfixes, or the end of the way back. */
export function RollbackPage({ name }: { name: string }) {
  const { say } = useWords()
  const title = say('rollback.title', { cluster: name })
  const upgrade = useUpgrade(name)
  const ledger = useLedger(name)
  const nodes = useUrlState().get('nodes').split(',').filter(Boolean)
  return (
    <WizardPage<Draft>
      cluster={name}
      operation="rollback"
      title={title}
      empty={empty}
      {...(nodes.length > 0 && { asked: { way: 'hotfix' as const, selection: { roles: [], nodes } } })}
    >
      {(at) => (
        <Loaded query={upgrade} columns={3} title={title}>
          {(view) => (
            <Loaded query={ledger} columns={3} title={title}>
              {(books) => <Rollback at={at} upgrade={view} ledger={books} />}
            </Loaded>
          )}
        </Loaded>
      )}
    </WizardPage>
  )
}

const operations = { upgrade: 'rollback', redeploy: 'redeploy', hotfix: 'patch', finalise: 'finalise' } as const

function Rollback({ at, upgrade, ledger }: { at: WizardAt<Draft>; upgrade: UpgradeView; ledger: LedgerView }) {
  const words = useWords()
  const { say } = words
  const { cluster, rows, draft, change } = at
  const ways = waysOf(upgrade, ledger)
  const way = ways.find((one) => one.way === draft.way && one.open)?.way ?? ways.find(({ open }) => open)?.way
  const former = (id: string) => ledger.instances.find(({ instance }) => instance === id)?.former ?? null
  const nameOf = (sha256: string): string => {
    const known = ledger.instances.flatMap(({ history }) => history).find(({ packageSha256 }) => packageSha256 === sha256)?.package
    return known ? `${known.release || known.version} ${sha256.slice(0, 8)}` : sha256.slice(0, 12)
  }
  const patched = rows.filter((row) => row.patched)
  const named = draft.selection.roles.length + draft.selection.nodes.length > 0
  const chosen = way === 'hotfix' ? (named ? chosenOf(rows, draft.selection) : patched) : rows
  const steps: WizardStep[] = [
    {
      id: 'what',
      label: say('rollback.what'),
      answer: way === undefined ? '' : say(`op.${operations[way]}`),
      problems: way === undefined ? [{ text: say('rollback.nothing') }] : [],
      body: <Ways cluster={cluster.name} ways={ways} chosen={way} upgrade={upgrade} onChoose={(next) => change({ way: next })} />,
    },
    ...(way === 'hotfix'
      ? [
          {
            id: 'instances',
            label: say('rollback.which'),
            answer: say('operate.chosen', { count: chosen.length, all: rows.length }),
            problems: chosen.length === 0 ? [{ text: say('pick.nothing'), field: 'pick-count' }] : [],
            body: (
              <InstancePicker
                rows={rows}
                selection={draft.selection}
                onChange={(selection) => change({ selection })}
                result={named ? say('op.rollback') : ''}
                runs={(row) => {
                  const sha256 = former(row.id)
                  return `${row.version.value || '–'} → ${sha256 === null ? '–' : nameOf(sha256)}`
                }}
                barred={(row) =>
                  former(row.id) === null ? say('rollback.no-former') : !named && !row.patched ? say('rollback.not-patched') : undefined
                }
              />
            ),
          } satisfies WizardStep,
        ]
      : []),
    ...(way === 'redeploy'
      ? [
          {
            id: 'folders',
            label: say('rollback.folders'),
            answer: suffixOf(draft, upgrade),
            problems: suffixForm.test(suffixOf(draft, upgrade)) ? [] : [{ text: say('rollback.suffix-form'), field: 'redeploy-suffix' }],
            body: (
              <RedeployStep suffix={suffixOf(draft, upgrade)} upgrade={upgrade} rows={rows} onChange={(suffix) => change({ suffix })} />
            ),
          } satisfies WizardStep,
        ]
      : []),
    ...(way === 'finalise' || way === 'redeploy' || way === undefined
      ? []
      : [
          {
            id: 'how',
            label: say('pace.title'),
            answer: draft.offline ? '--offline' : paceAnswer(draft.pace, words),
            problems: paceProblems(draft.pace, words),
            body: (
              <>
                <div className="max-w-[560px] p-5 pb-0">
                  <Tick checked={draft.offline} onChange={(offline) => change({ offline })}>
                    <span className="m">{say(way === 'hotfix' ? 'patch.offline' : 'upgrade.offline')}</span>
                  </Tick>
                </div>
                <PaceStep pace={draft.pace} onChange={(pace) => change({ pace })} />
              </>
            ),
          } satisfies WizardStep,
        ]),
  ]
  const operation = operations[way ?? 'upgrade']
  return (
    <OperationWizard
      cluster={cluster}
      operation={operation}
      title={say('rollback.title', { cluster: cluster.name })}
      steps={steps}
      draft={at}
      command={
        way === 'hotfix'
          ? `tiup dm patch ${cluster.name} FORMER.tar.gz${selectionFlags(draft.selection)}${draft.offline ? ' --offline' : ''}`
          : `dm-panel ${operation} ${cluster.name}`
      }
      input={inputOf(way, { ...draft, suffix: suffixOf(draft, upgrade) }, ledger.rolePackages.length > 0)}
      summary={
        way === undefined ? (
          <p className="t2">{say('rollback.nothing')}</p>
        ) : way === 'finalise' ? (
          <Tick checked={draft.keepPackages} onChange={(keepPackages) => change({ keepPackages })}>
            {say('rollback.keep')}
          </Tick>
        ) : (
          <>
            <KeyValues rows={[[say('rollback.which'), String(chosen.length)]]} />
            {draft.offline || way === 'redeploy' ? null : <RollingSummary all={rows} chosen={chosen} pace={draft.pace} />}
          </>
        )
      }
    />
  )
}

/** Where later scale-outs would get the hotfix, that is taken back with it. */
const inputOf = (way: Way | undefined, { selection, pace, offline, keepPackages, suffix }: Draft, overwrite: boolean): unknown => {
  if (way === 'redeploy') return { suffix }
  if (way === 'finalise') return { keepPackages }
  if (way === 'hotfix') return { ...paceInput(pace), ...selection, to: 'former', offline, overwrite }
  return { ...paceInput(pace), offline }
}
