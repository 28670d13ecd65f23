'use client'

import { usePackages } from '@/components/data/queries'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { InstancePicker } from '@/components/rolling/instance-picker'
import { OperationWizard, type WizardStep } from '@/components/rolling/operation-wizard'
import { paceInput } from '@/components/rolling/pace'
import { PaceStep, paceAnswer, paceProblems } from '@/components/rolling/pace-step'
import { RollingSummary } from '@/components/rolling/rolling-summary'
import { chosenOf, type InstanceRow, isUp, selectionFlags } from '@/components/rolling/selection'
import { type WizardAt, WizardPage } from '@/components/rolling/wizard-page'
import { Note } from '@/components/ui/banner'
import { KeyValues } from '@/components/ui/drawer'
import type { PackageRow } from '@/server/domain/api'
import { isDay, mixedAfter } from './choice'
import { empty, type PatchDraft } from './draft'
import { NotesStep } from './notes-step'
import { PackagesStep } from './packages-step'

/** Patch: packages, then the nodes that get them, then what it means for later and why. */
export function PatchPage({ name }: { name: string }) {
  const { say } = useWords()
  const url = useUrlState()
  const asked = url.get('package').split(',').filter(Boolean)
  return (
    <WizardPage<PatchDraft>
      cluster={name}
      operation="patch"
      title={say('patch.title', { cluster: name })}
      empty={empty}
      {...(asked.length > 0 && { asked: { packages: asked } })}
    >
      {(at) => <Patch {...at} />}
    </WizardPage>
  )
}

const today = (): string => new Date().toISOString().slice(0, 10)

function Patch(at: WizardAt<PatchDraft>) {
  const words = useWords()
  const { say } = words
  const { cluster, rows, draft, change } = at
  const store = usePackages()
  const packages = (store.data ?? []).filter(({ sha256 }) => draft.packages.includes(sha256))
  const gone = store.data !== undefined && packages.length < draft.packages.length
  const components = new Set<string>(packages.map(({ component }) => component))
  const fitting = rows.filter(({ role }) => components.has(role))
  const chosen = chosenOf(fitting, draft.selection)
  const roles = [...new Set(chosen.map(({ role }) => role))]
  const steps: WizardStep[] = [
    {
      id: 'packages',
      label: say('patch.packages'),
      answer: packages.map(({ component, version }) => `${component} ${version}`).join(', '),
      problems: [
        ...(packages.length === 0 ? [{ text: say('patch.package-missing') }] : []),
        ...(gone ? [{ text: say('patch.package-gone') }] : []),
      ],
      body: <PackagesStep rows={rows} chosen={draft.packages} onChange={(sha256s) => change({ packages: sha256s })} />,
    },
    {
      id: 'nodes',
      label: say('patch.nodes'),
      answer: say('operate.chosen', { count: chosen.length, all: rows.length }),
      problems: chosen.length === 0 && rows.length > 0 ? [{ text: say('patch.no-node'), field: 'pick-count' }] : [],
      body: (
        <InstancePicker
          rows={rows}
          roles={[...components]}
          selection={draft.selection}
          onChange={(selection) => change({ selection })}
          result={say('patch.result')}
          barred={(row) => (components.has(row.role) ? undefined : say('patch.other-component'))}
        />
      ),
    },
    {
      id: 'how',
      label: say('patch.how'),
      answer: draft.offline ? '--offline' : paceAnswer(draft.pace, words),
      problems: [
        ...(draft.overwrite === null ? [{ text: say('patch.overwrite-missing'), field: 'patch-overwrite' }] : []),
        ...(draft.due === '' || isDay(draft.due, today()) ? [] : [{ text: say('patch.due-bad'), field: 'patch-due' }]),
        ...paceProblems(draft.pace, words),
      ],
      body: (
        <>
          <NotesStep draft={draft} change={change} roles={roles} running={chosen.filter(isUp).length} today={today()} />
          <PaceStep pace={draft.pace} onChange={(pace) => change({ pace })} />
        </>
      ),
    },
  ]
  return (
    <OperationWizard
      cluster={cluster}
      operation="patch"
      title={say('patch.title', { cluster: cluster.name })}
      sub={<span className="mono t2">{cluster.version}</span>}
      steps={steps}
      draft={at}
      command={commandOf(cluster.name, packages, draft)}
      input={inputOf(draft, chosen)}
      summary={<Summary at={at} fitting={fitting} chosen={chosen} packages={packages} />}
    />
  )
}

/** Nodes that no package is for are left out by name: whoever names one to the API means it. */
const inputOf = (draft: PatchDraft, chosen: readonly InstanceRow[]) => {
  const { roles, nodes } = draft.selection
  const text = (value: string) => (value.trim() === '' ? undefined : value.trim())
  return {
    ...paceInput(draft.pace),
    roles: nodes.length > 0 ? [] : roles,
    nodes: nodes.length > 0 ? chosen.map(({ id }) => id) : [],
    packages: draft.packages,
    overwrite: draft.overwrite ?? false,
    offline: draft.offline,
    ticket: text(draft.ticket),
    notes: text(draft.notes),
    due: text(draft.due),
  }
}

/** TiUP patches one component at a time. */
const commandOf = (cluster: string, packages: readonly PackageRow[], { selection, overwrite, offline }: PatchDraft): string => {
  const flags = `${overwrite ? ' --overwrite' : ''}${offline ? ' --offline' : ''}`
  const line = (one: PackageRow): string => {
    const own = selection.nodes.length > 0 ? selectionFlags({ roles: [], nodes: selection.nodes }) : ` -R ${one.component}`
    return `tiup dm patch ${cluster} ${one.component}-hotfix-${one.os}-${one.arch}.tar.gz${own}${flags}`
  }
  return packages.length === 0 ? `tiup dm patch ${cluster} …` : packages.map(line).join(' && ')
}

type SummaryProps = {
  at: WizardAt<PatchDraft>
  fitting: readonly InstanceRow[]
  chosen: readonly InstanceRow[]
  packages: readonly PackageRow[]
}

function Summary({ at, fitting, chosen, packages }: SummaryProps) {
  const { say } = useWords()
  const roles = [...new Set(fitting.map(({ role }) => role))]
  const count = (rows: readonly InstanceRow[], role: string): number => rows.filter((row) => row.role === role).length
  if (packages.length === 0) return <p className="t2">{say('patch.package-missing')}</p>
  return (
    <>
      <KeyValues
        rows={roles.map((role) => [role, say('patch.sum.patched', { count: count(chosen, role), all: count(fitting, role) })] as const)}
      />
      {packages.map((one) => (
        <p key={one.sha256} className="mono t2 sm mt-1 break-all">
          {one.component} {one.version} {one.ticket} {one.sha256.slice(0, 12)}
        </p>
      ))}
      <div className="my-2 flex flex-col gap-2">
        {mixedAfter(fitting, chosen).map(({ role, left }) => (
          <Note key={role} tone="warn" title={say('patch.mixed-title', { role, count: 2 })}>
            {say('patch.mixed-note', { nodes: left.join(', ') })}
          </Note>
        ))}
      </div>
      {at.draft.offline || chosen.length === 0 ? null : <RollingSummary all={at.rows} chosen={chosen} pace={at.draft.pace} />}
    </>
  )
}
