'use client'

import { useLedger, useUpgrade } from '@/components/data/operation-queries'
import { useCredentials } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { OperationWizard, type WizardProblem, type WizardStep } from '@/components/rolling/operation-wizard'
import { defaultPace, type Pace, paceInput } from '@/components/rolling/pace'
import { PaceStep, paceAnswer, paceProblems } from '@/components/rolling/pace-step'
import { RollingSummary } from '@/components/rolling/rolling-summary'
import { type WizardAt, WizardPage } from '@/components/rolling/wizard-page'
import { Note } from '@/components/ui/banner'
import { KeyValues } from '@/components/ui/drawer'
import { AreaField, SelectField, Tick } from '@/components/ui/field'
import type { UpgradeView } from '@/server/domain/api-upgrades'
import { Builds, chosenBuilds } from './builds'
import { RunsNow } from './runs-now'
import { TargetStep } from './target-step'
import { crossesEight, targetOf, withV } from './versions'

type Draft = {
  version: string
  builds: Readonly<Record<string, string>>
  pace: Pace
  backup: boolean
  why: string
  offline: boolean
  pauseBeforeLast: boolean
  secretKeyId: string
}
/** No credential's id. */
const formerKey = '(former)'
const empty: Draft = {
  version: '',
  builds: {},
  pace: defaultPace,
  backup: true,
  why: '',
  offline: false,
  pauseBeforeLast: true,
  secretKeyId: '',
}

/** Upgrade: the target and its packages, what runs now as the processes report it, order and backup. */
export function UpgradePage({ name }: { name: string }) {
  const { say } = useWords()
  const upgrade = useUpgrade(name)
  const title = say('upgrade.title', { cluster: name })
  return (
    <WizardPage<Draft> cluster={name} operation="upgrade" title={title} empty={empty}>
      {(at) => (
        <Loaded query={upgrade} columns={3} title={title}>
          {(view) => <Upgrade at={at} upgrade={view} />}
        </Loaded>
      )}
    </WizardPage>
  )
}

function Upgrade({ at, upgrade }: { at: WizardAt<Draft>; upgrade: UpgradeView }) {
  const words = useWords()
  const { say } = words
  const { cluster, rows, draft, change } = at
  const ledger = useLedger(cluster.name)
  const to = withV(draft.version)
  const choices = targetOf(upgrade.targets, draft.version)?.choices ?? []
  const steps: WizardStep[] = [
    {
      id: 'target',
      label: say('upgrade.target'),
      answer: to,
      problems: targetProblems(upgrade, draft.version, words),
      body: (
        <TargetStep
          cluster={cluster.name}
          upgrade={upgrade}
          version={draft.version}
          onChange={(version) => change({ version, builds: {} })}
        >
          <Builds choices={choices} chosen={draft.builds} onChoose={(builds) => change({ builds })} />
        </TargetStep>
      ),
    },
    {
      id: 'now',
      label: say('upgrade.now'),
      answer: [...new Set(rows.filter(({ role }) => role.startsWith('dm-')).map(({ version }) => version.value || 'N/A'))].join(', '),
      problems: [],
      body: <RunsNow rows={rows} ledger={ledger.data} now={cluster.version} target={to} />,
    },
    {
      id: 'how',
      label: say('upgrade.how'),
      answer: draft.offline ? '--offline' : paceAnswer(draft.pace, words),
      problems: [
        ...(draft.backup || draft.offline || draft.why.trim() !== ''
          ? []
          : [{ text: say('upgrade.backup-why-missing'), field: 'backup-why' }]),
        ...paceProblems(draft.pace, words),
      ],
      body: <How at={at} upgrade={upgrade} />,
    },
  ]
  return (
    <OperationWizard
      cluster={cluster}
      operation="upgrade"
      title={say('upgrade.title', { cluster: cluster.name })}
      sub={<span className="mono t2">{to === '' ? cluster.version : `${cluster.version} → ${to}`}</span>}
      steps={steps}
      draft={at}
      command={`tiup dm upgrade ${cluster.name} ${to || '…'}${draft.offline ? ' --offline' : ''}`}
      input={{ ...inputOf(draft), packages: chosenBuilds(choices, draft.builds) }}
      summary={<Summary at={at} upgrade={upgrade} hotfixes={rows.filter(({ patched }) => patched).length} />}
    />
  )
}

const targetProblems = (upgrade: UpgradeView, typed: string, { say }: Pick<ReturnType<typeof useWords>, 'say'>): WizardProblem[] => {
  const [field, version] = ['upgrade-version', withV(typed)]
  if (version === '') return [{ text: say('upgrade.version-missing'), field }]
  const target = targetOf(upgrade.targets, version)
  if (!target) return [{ text: say('upgrade.version-unknown', { version }), field }]
  if (target.direction === 'down') return [{ text: say('upgrade.version-down', { version, now: upgrade.version }), field }]
  if (target.missing.length === 0) return []
  const text = say('upgrade.packages-missing', { version, count: target.missing.length })
  return [target.mirrors.length > 0 ? { text, field: 'upgrade-fetch' } : { text }]
}

const inputOf = ({ version, pace, backup, why, offline, pauseBeforeLast, secretKeyId }: Draft) => ({
  ...paceInput(pace),
  version: withV(version),
  offline,
  backup,
  pauseBeforeLast,
  ...(secretKeyId !== '' && { secretKey: secretKeyId === formerKey ? { former: true } : { credentialId: secretKeyId } }),
  waivers: backup || offline ? [] : [{ code: 'upgrade.no-backup', reason: why }],
})

function Summary({ at, upgrade, hotfixes }: { at: WizardAt<Draft>; upgrade: UpgradeView; hotfixes: number }) {
  const { say } = useWords()
  const { cluster, rows, draft } = at
  return (
    <>
      {upgrade.open ? <Note tone="warn" title={say('upgrade.open', { from: upgrade.open.from, to: upgrade.open.to })} /> : null}
      <KeyValues
        rows={[
          [
            say('upgrade.sum.from'),
            <span key="from" className="mono">
              {cluster.version}
            </span>,
          ],
          [
            say('upgrade.sum.to'),
            <span key="to" className="mono">
              {withV(draft.version) || '–'}
            </span>,
          ],
          [say('upgrade.sum.backup'), say(draft.backup && !draft.offline ? 'upgrade.sum.yes' : 'upgrade.sum.no')],
          ...(hotfixes > 0 ? [[say('upgrade.sum.hotfixes'), String(hotfixes)] as const] : []),
        ]}
      />
      {draft.offline ? null : <RollingSummary all={rows} chosen={rows} pace={draft.pace} />}
    </>
  )
}

function How({ at, upgrade }: { at: WizardAt<Draft>; upgrade: UpgradeView }) {
  const { say } = useWords()
  const { cluster, draft, change } = at
  const credentials = useCredentials().data?.filter(({ kind }) => kind === 'password') ?? []
  const help = (text: string) => <p className="t3 sm mt-1 pl-6">{text}</p>
  return (
    <>
      <div className="flex max-w-[560px] flex-col gap-4 p-5 pb-0">
        <div>
          <Tick checked={draft.backup && !draft.offline} onChange={(backup) => change({ backup })}>
            <span className="m">{say('upgrade.backup')}</span>
          </Tick>
          {help(
            upgrade.exportBy
              ? say('upgrade.backup-help', { version: upgrade.exportBy.version })
              : say('upgrade.backup-none', { version: cluster.version }),
          )}
        </div>
        {draft.backup || draft.offline ? null : (
          <AreaField
            id="backup-why"
            rows={2}
            label={say('upgrade.backup-why')}
            value={draft.why}
            onChange={(event) => change({ why: event.target.value })}
          />
        )}
        <div>
          <Tick checked={draft.pauseBeforeLast} onChange={(pauseBeforeLast) => change({ pauseBeforeLast })}>
            <span className="m">{say('upgrade.pause-last')}</span>
          </Tick>
          {help(say('upgrade.pause-last-help'))}
        </div>
        <div>
          <Tick checked={draft.offline} onChange={(offline) => change({ offline })}>
            <span className="m">{say('upgrade.offline')}</span>
          </Tick>
          {help(say('upgrade.offline-help'))}
        </div>
        {crossesEight(cluster.version, draft.version) ? (
          <SelectField
            label={say('upgrade.secret-key')}
            hint={say('upgrade.secret-key-help')}
            value={draft.secretKeyId}
            options={[
              { value: '', label: say('upgrade.secret-key-none') },
              { value: formerKey, label: say('upgrade.secret-key-former') },
              ...credentials.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            onChange={(event) => change({ secretKeyId: event.target.value })}
          />
        ) : null}
      </div>
      <PaceStep pace={draft.pace} onChange={(pace) => change({ pace })} />
    </>
  )
}
