'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useReason } from '@/components/cluster/cluster-actions'
import { useAskPlan } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { useReach } from '@/components/plan/reach-fields'
import { Banner } from '@/components/ui/banner'
import { Button, ButtonLink } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { StatusShape } from '@/components/ui/status-shape'
import { Time } from '@/components/ui/time'
import type { ClusterDetail } from '@/server/domain/api'
import { focusOn } from './focus-on'

/** Something that must be mended before the plan can be asked for, and the field where. */
export type WizardProblem = { text: string; field?: string }

export type WizardStep = {
  id: string
  label: string
  /** What was chosen there, in a word or two. */
  answer?: string
  problems: readonly WizardProblem[]
  body: React.ReactNode
}

type Props = {
  cluster: ClusterDetail
  operation: string
  title: string
  /** Behind the title, such as `v8.5.0 → v8.5.1`. */
  sub?: React.ReactNode
  steps: readonly WizardStep[]
  /** A banner under the title. */
  note?: React.ReactNode
  /** Rows of "what will happen". */
  summary: React.ReactNode
  command: string
  input: unknown
  /** Runs also while a job holds the cluster. */
  beside?: boolean
  draft: { savedAt: string | null; failed: boolean; restored: boolean; anew: () => void }
}

/** Steps with their own address, what will happen beside them, problems that lead to their field; ends in the plan's review. */
export function OperationWizard(props: Props) {
  const { cluster, steps, draft } = props
  const { say } = useWords()
  const url = useUrlState()
  const router = useRouter()
  const ask = useAskPlan()
  const { fields, reach, problem } = useReach()
  const held = useReason(cluster, props.beside)
  const reason = held ?? (cluster.lifecycle === 'deploying' ? say('wiz.deploying') : undefined)
  const [tried, setTried] = useState<readonly string[]>([])
  const at = Math.max(
    0,
    steps.findIndex(({ id }) => id === url.get('step')),
  )
  const step = steps[at]
  const go = (to: WizardStep | undefined) => to && url.set({ step: to === steps[0] ? '' : to.id })
  const lead = ({ id, problems }: WizardStep): void => {
    setTried((before) => [...before, id])
    url.set({ step: id === steps[0]?.id ? '' : id })
    focusOn(problems[0]?.field)
  }
  const next = () => {
    if (!step) return
    if (step.problems.length > 0) return lead(step)
    const following = steps[at + 1]
    if (following) return go(following)
    const open = steps.find(({ problems }) => problems.length > 0)
    if (open) return lead(open)
    if (problem) return
    ask.mutate(
      { cluster: cluster.name, operation: props.operation, input: props.input, reach },
      { onSuccess: (plan) => router.push(`/plans/${plan.id}`) },
    )
  }
  if (!step) return null
  const last = at === steps.length - 1
  return (
    <>
      <header className="ph border-(--line) border-b pb-4">
        <h1>{props.title}</h1>
        {props.sub}
        <ButtonLink look="ghost" className="ml-auto" href={`/help/${props.operation}`}>
          {say('help.about')}
        </ButtonLink>
        <ButtonLink look="ghost" href={`/clusters/${encodeURIComponent(cluster.name)}`}>
          {say('wiz.leave')}
        </ButtonLink>
      </header>
      {reason ? <Banner>{reason}</Banner> : null}
      {props.note}
      <div className="wiz max-lg:grid-cols-1! max-lg:overflow-auto">
        <Rail steps={steps} at={at} tried={tried} onGo={go} title={props.title} />
        <div className="wmain">
          {draft.restored ? <Restored onAnew={draft.anew} /> : null}
          {step.body}
          {last ? <div className="px-5 pb-4">{fields}</div> : null}
          <div className="px-5 pb-4" aria-live="polite">
            <ErrorNote error={ask.error} />
          </div>
        </div>
        <aside className="wside" aria-label={say('wiz.will')}>
          <h2>{say('wiz.will')}</h2>
          {props.summary}
          <h2 className="mt-4 flex items-center justify-between">
            {say('wiz.equal')} <CopyButton text={props.command} label={say('wiz.equal')} />
          </h2>
          <pre className="pre whitespace-pre-wrap! [overflow-wrap:anywhere]">$ {props.command}</pre>
          <p className="t3 mt-3">{say('wiz.nothing-runs')}</p>
        </aside>
      </div>
      <footer className="wfoot max-md:h-auto! max-md:flex-wrap max-md:py-2">
        {at > 0 ? (
          <Button size="large" onClick={() => go(steps[at - 1])}>
            {say('wiz.back')}
          </Button>
        ) : null}
        <Problems step={step} shown={tried.includes(step.id)} />
        <span className="t3 sm ml-auto max-md:hidden" role="status">
          {draft.failed ? say('wiz.draft-failed') : draft.savedAt ? say('wiz.draft-saved') : ''}{' '}
          {draft.savedAt ? <Time at={draft.savedAt} /> : null}
        </span>
        <Button look="primary" size="large" busy={ask.isPending} reason={last ? reason : undefined} onClick={next}>
          {last ? say('wiz.plan') : say('wiz.next', { step: steps[at + 1]?.label ?? '' })}
        </Button>
      </footer>
    </>
  )
}

function Restored({ onAnew }: { onAnew: () => void }) {
  const { say } = useWords()
  return (
    <div className="flex shrink-0 items-center gap-3 border-(--line) border-b bg-(--bg-subtle) px-5 py-1 text-(--text-2) text-[12px]">
      {say('wiz.draft-here')}
      <Button size="small" look="ghost" className="ml-auto" onClick={onAnew}>
        {say('wiz.draft-anew')}
      </Button>
    </div>
  )
}

type RailProps = { steps: readonly WizardStep[]; at: number; tried: readonly string[]; onGo: (step: WizardStep) => void; title: string }

function Rail({ steps, at, tried, onGo, title }: RailProps) {
  const { say } = useWords()
  return (
    <nav className="stepper max-lg:border-r-0 max-lg:border-b" aria-label={title}>
      <ol>
        {steps.map((step, index) => {
          const bad = step.problems.length > 0 && (index < at || tried.includes(step.id))
          const note = bad ? step.problems[0]?.text : step.answer
          return (
            <li key={step.id} aria-current={index === at ? 'step' : undefined}>
              {index === at ? (
                <span className="here" aria-hidden="true" />
              ) : (
                <StatusShape shape={bad ? 'bad' : index < at ? 'done' : 'todo'} />
              )}
              <button type="button" className="text-left" onClick={() => onGo(step)}>
                {step.label}
                {note ? <small>{note}</small> : null}
              </button>
            </li>
          )
        })}
        <li>
          <StatusShape shape="todo" />
          <span>{say('wiz.review')}</span>
        </li>
      </ol>
    </nav>
  )
}

/** Each problem is a button that leads to its field. */
function Problems({ step, shown }: { step: WizardStep; shown: boolean }) {
  const { say } = useWords()
  const { problems } = step
  if (!shown || problems.length === 0)
    return <span className="t3 sm max-md:hidden">{problems.length === 0 ? say('wiz.no-problems') : ''}</span>
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-2" role="alert">
      <StatusShape shape="bad" />
      <span className="bad m">{problems.length === 1 ? say('wiz.problem') : say('wiz.problems', { count: problems.length })}</span>
      {problems.slice(0, 3).map(({ text, field }) =>
        field ? (
          <button key={text} type="button" className="bad cursor-pointer text-left underline" onClick={() => focusOn(field)}>
            {text}
          </button>
        ) : (
          <span key={text} className="bad">
            {text}
          </span>
        ),
      )}
    </span>
  )
}
