'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { api } from '@/components/data/api'
import { dropDraft, saveDraft, useAskPlan, useClusters, useCredentials, useDraft, usePackages } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { useReach } from '@/components/plan/reach-fields'
import { useSay } from '@/components/plan/say'
import { Button } from '@/components/ui/button'
import { StatusShape } from '@/components/ui/status-shape'
import type { CredentialRow } from '@/server/domain/api'
import { deployWords } from '@/server/domain/words/deploy'
import { AccessStep, type NewCredential } from './access-step'
import { ChecksStep } from './checks-step'
import { type Draft, emptyDraft, hindranceOf, hostsOf, noCheck, type OwnFiles, simulatedDraft, type WizardStep, wizardSteps } from './draft'
import { NameStep } from './name-step'
import { named, OwnFilesPicker } from './own-files'
import { Summary } from './summary'
import { TopologyStep } from './topology-step'
import { useAccess } from './use-access'
import { useChecks } from './use-checks'
import { useTopologyCheck } from './use-topology-check'
import { errorsOf, problemsWord, WizardFoot } from './wizard-foot'

const draftKey = 'deploy'

/** Name → topology → access → checks, each with its own address; ends in the plan review. What is typed is kept on the server. */
export function DeployWizard() {
  const stored = useDraft<Draft>(draftKey)
  const simulated = useUrlState().get('simulated')
  if (stored.isPending) return null
  return (
    <Wizard initial={stored.data?.value ? { ...emptyDraft, ...stored.data.value } : simulated ? simulatedDraft(simulated) : emptyDraft} />
  )
}

function Wizard({ initial }: { initial: Draft }) {
  const say = useSay(deployWords)
  const { sayWords, sayProblem } = useWords()
  const url = useUrlState()
  const router = useRouter()
  const client = useQueryClient()
  const step: WizardStep = wizardSteps.find((one) => one === url.get('step')) ?? 'name'
  const [draft, setDraft] = useState(initial)
  const change = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }))
  const { files, setFiles, check } = useTopologyCheck(draft)
  const { fields, reach, problem } = useReach(true)
  const access = useAccess(draft.credentialId, hostsOf(check), reach?.jump)
  const checks = useChecks(draft, reach)
  const ask = useAskPlan()
  const clusters = useClusters()
  const credentials = useCredentials()
  const packages = usePackages()
  useSaved(draft)
  const seen = { taken: (clusters.data ?? []).map((one) => one.name), check, hostsReady: access.ready, rows: checks.rows }
  const hindrance = hindranceOf(step, draft, seen)
  const [shown, setShown] = useState<string>()
  const go = (to: WizardStep) => {
    setShown(undefined)
    url.set({ step: to })
  }
  const next = () => {
    if (hindrance) return setShown(hindrance)
    if (problem) return go('access')
    const following = wizardSteps[wizardSteps.indexOf(step) + 1]
    if (following) return go(following)
    ask.mutate(
      {
        cluster: draft.name,
        operation: 'deploy',
        input: inputOf(draft, named(check, files)),
        reach,
      },
      {
        onSuccess: (plan) => {
          void dropDraft(client, draftKey)
          router.push(`/plans/${plan.id}`)
        },
      },
    )
  }
  const versions = dmVersions(packages.data ?? [])
  return (
    <div className="col">
      <header className="ph border-(--line) border-b pb-4">
        <h1>{draft.name === '' ? say('deploy.title') : say('deploy.title-named', { name: draft.name })}</h1>
        {draft.version !== '' && <span className="font-mono text-(--text-2)">{draft.version}</span>}
        <Button look="ghost" className="ml-auto" onClick={() => router.push('/clusters')}>
          {say('deploy.leave')}
        </Button>
      </header>
      <div className="wiz max-lg:grid-cols-1! max-lg:overflow-auto">
        <Stepper step={step} go={go} draft={draft} seen={seen} say={say} />
        <div className="wmain">
          {step === 'name' && <NameStep say={say} draft={draft} onChange={change} versions={versions} problem={shown} />}
          {step === 'topology' && (
            <TopologyStep
              {...{ say, sayProblem, check }}
              yaml={draft.yaml}
              onChange={(yaml) => change({ yaml })}
              files={<OwnFilesPicker {...{ say, check }} onChange={setFiles} />}
            />
          )}
          {step === 'access' && (
            <AccessStep
              say={say}
              cluster={draft.name}
              credentials={(credentials.data ?? []).filter((one) => one.kind !== 'generated-key')}
              chosen={draft.credentialId}
              onChoose={(credentialId) => change({ credentialId })}
              onSave={async (made: NewCredential) => {
                const row = await api<CredentialRow>('/api/credentials', { method: 'POST', body: made })
                await client.invalidateQueries({ queryKey: ['credentials'] })
                change({ credentialId: row.id })
              }}
              advanced={fields}
              hosts={hostsOf(check)}
              probed={access.probed}
              probing={access.busy}
              onProbe={access.probe}
              onConfirm={access.confirm}
            />
          )}
          {step === 'checks' && (
            <ChecksStep
              say={say}
              rows={checks.rows}
              at={checks.at}
              running={checks.busy}
              hostCount={hostsOf(check).length}
              waivers={draft.waivers}
              onWaive={(waiver) => change({ waivers: [...draft.waivers, waiver] })}
              onRun={checks.run}
            />
          )}
          <div className="px-5" aria-live="polite">
            <ErrorNote error={ask.error ?? access.error ?? checks.error} />
          </div>
        </div>
        <Summary say={say} draft={draft} check={check} />
      </div>
      <WizardFoot
        {...{ say, step, next }}
        word={shown}
        check={step === 'topology' ? check : noCheck}
        busy={ask.isPending}
        back={() => (step === 'name' ? router.push('/clusters') : go(wizardSteps[wizardSteps.indexOf(step) - 1] ?? 'name'))}
      />
    </div>
  )
}

/** Versions of DM that the store has, newest first. */
const dmVersions = (packages: readonly { component: string; origin: string; version: string }[]): string[] =>
  [...new Set(packages.filter((one) => one.component === 'dm-master' && one.origin !== 'hotfix').map((one) => one.version))]
    .sort()
    .reverse()

const inputOf = ({ version, yaml, credentialId, waivers }: Draft, files: OwnFiles) => ({
  ...{ version, topology: yaml, credentialId, waivers, files },
})

type Say = ReturnType<typeof useSay>
type StepperProps = { step: WizardStep; go: (step: WizardStep) => void; draft: Draft; seen: Parameters<typeof hindranceOf>[2]; say: Say }

function Stepper({ step, go, draft, seen, say }: StepperProps) {
  const answers: Record<WizardStep, string> = {
    name: [draft.name, draft.version].filter(Boolean).join(', '),
    topology: say('deploy.will.on-hosts', { instances: seen.check.instances.length, hosts: hostsOf(seen.check).length }),
    access: '',
    checks: '',
  }
  const reached = wizardSteps.indexOf(step) - 1
  return (
    <nav className="stepper max-lg:border-r-0 max-lg:border-b" aria-label={say('deploy.title')}>
      <ol>
        {wizardSteps.map((one, at) => {
          const hindrance = hindranceOf(one, draft, seen)
          const done = at < wizardSteps.indexOf(step) && !hindrance
          const note =
            hindrance && (at <= reached || (one === 'topology' && one === step))
              ? say(hindrance === 'deploy.problems' ? problemsWord(errorsOf(seen.check)) : hindrance, { count: errorsOf(seen.check) })
              : answers[one]
          return (
            <li key={one} aria-current={one === step ? 'step' : undefined}>
              <StepMark done={done} current={one === step} hindered={hindrance !== undefined && at <= reached} />
              <button type="button" className="text-left" onClick={() => go(one)}>
                {say(`deploy.step.${one}`)}
                {(done || one === step || (hindrance && at <= reached)) && note !== '' && <small>{note}</small>}
              </button>
            </li>
          )
        })}
        <li>
          <StatusShape shape="todo" />
          <span>{say('deploy.step.review')}</span>
        </li>
      </ol>
    </nav>
  )
}

/** The current step is a dot in the accent colour: it is where the reader is, not a state. */
function StepMark({ done, current, hindered }: { done: boolean; current: boolean; hindered: boolean }) {
  if (current) return <span className="here" aria-hidden="true" />
  return <StatusShape shape={done ? 'done' : hindered ? 'bad' : 'todo'} />
}

/** Keeps the draft on the server, a second after the last change. */
const useSaved = (draft: Draft): void => {
  useEffect(() => {
    if (draft === emptyDraft) return
    const timer = setTimeout(() => void saveDraft(draftKey, draft).catch(() => undefined), 1000)
    return () => clearTimeout(timer)
  }, [draft])
}
