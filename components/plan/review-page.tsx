'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useCallback } from 'react'
import { api } from '@/components/data/api'
import { dropDraft, usePlan, useSend, useSession, useSubmitPlan } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { draftKeyOf } from '@/components/rolling/wizard-draft'
import { Note } from '@/components/ui/banner'
import { Button, ButtonLink } from '@/components/ui/button'
import { StatusShape } from '@/components/ui/status-shape'
import type { PlanView } from '@/server/domain/api'
import type { ReachInput } from '@/server/domain/ssh-client'
import type { StepId } from '@/server/domain/step'
import { documentOf } from './document'
import { Review } from './review'
import { useJobWords } from './say'
import { PlanPage } from './with-plan'

/** The review of a plan, from the moment that it is asked for. */
export function ReviewPage({ planId }: { planId: string }) {
  const query = usePlan(planId)
  const { say } = useJobWords()
  return (
    <PlanPage query={query} title={say('review.title')}>
      {(record) => <Body record={record} />}
    </PlanPage>
  )
}

function Body({ record }: { record: PlanView }) {
  const { say } = useJobWords()
  const plan = documentOf(record)
  return (
    <>
      <header className="ph pb-4">
        <h1>{say(`job.title.${record.operation}`, { cluster: record.cluster })}</h1>
        {record.jobId ? (
          <ButtonLink href={`/jobs/${record.jobId}`} className="ml-auto">
            {say('review.open-job')}
          </ButtonLink>
        ) : hasWizard(record.operation) ? (
          <ButtonLink look="ghost" href={`/clusters/${encodeURIComponent(record.cluster)}/${record.operation}`} className="ml-auto">
            {say('review.edit')}
          </ButtonLink>
        ) : null}
      </header>
      {record.state === 'probing' && (
        <p role="status" className="flex items-center gap-2 px-5">
          <StatusShape shape="busy" />
          {say('review.probing')}
        </p>
      )}
      {record.state === 'failed' && <Failed record={record} />}
      {plan && record.state !== 'failed' && record.state !== 'probing' && <Ready record={record} plan={plan} />}
    </>
  )
}

/** Operations that are asked for on a page of their own, whose draft is kept until the plan runs. */
const hasWizard = (operation: string): boolean =>
  ['restart', 'reload', 'scale-out', 'scale-in', 'upgrade', 'patch', 'rollback', 'prune'].includes(operation)

function Ready({ record, plan }: { record: PlanView; plan: NonNullable<ReturnType<typeof documentOf>> }) {
  const router = useRouter()
  const client = useQueryClient()
  const { say, titleOf } = useJobWords()
  const { sayWords, sayProblem } = useWords()
  const submit = useSubmitPlan(record.id)
  const again = useAgain(record)
  const { data: session } = useSession()
  const loadCommands = useCallback(
    (step: StepId) =>
      api<{ commands: string[] }>(`/api/plans/${record.id}/commands?step=${encodeURIComponent(step)}`).then((one) => one.commands),
    [record.id],
  )
  const loadBlob = useCallback((sha: string) => api<{ secret: boolean; text: string }>(`/api/plans/${record.id}/blobs/${sha}`), [record.id])
  return (
    <>
      {(submit.error ?? again.error) && (
        <div className="px-5 pb-3">
          <ErrorNote error={submit.error ?? again.error} />
        </div>
      )}
      <Review
        record={record}
        plan={plan}
        say={say}
        sayWords={sayWords}
        sayProblem={sayProblem}
        titleOf={titleOf}
        loadCommands={loadCommands}
        loadBlob={loadBlob}
        running={submit.isPending}
        onAgain={() => again.run()}
        onWaive={again.run}
        mayNotRun={session?.user?.role === 'viewer' ? say('review.viewer') : undefined}
        onRun={(confirm, consent) =>
          submit.mutate(confirm === undefined ? { consent } : { confirm, consent }, {
            onSuccess: (job) => {
              // What was typed has become a job; a draft that stays would only be offered once more.
              if (hasWizard(record.operation)) void dropDraft(client, draftKeyOf(record.operation, record.cluster)).catch(() => undefined)
              router.push(`/jobs/${job.id}`)
            },
          })
        }
      />
    </>
  )
}

function Failed({ record }: { record: PlanView }) {
  const { say } = useJobWords()
  const { sayProblem } = useWords()
  const again = useAgain(record)
  return (
    <div className="flex max-w-3xl flex-col gap-3 px-5">
      <Note tone="bad" title={say('review.failed')}>
        {record.error === null ? null : sayProblem({ code: record.error, params: {} }).message}
        <ul className="mt-1 list-disc pl-4">
          {record.problems.map((problem, index) => {
            const text = sayProblem(problem)
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: the problems of one answer
              <li key={index}>
                {text.message} <span className="t3">{text.hint}</span>
              </li>
            )
          })}
        </ul>
      </Note>
      <ErrorNote error={again.error} />
      <span>
        <Button look="primary" onClick={() => again.run()} busy={again.busy}>
          {say('review.again')}
        </Button>
      </span>
    </div>
  )
}

type Waiver = { code: string; host?: string; reason: string }

/** Makes the same plan anew from fresh facts, with one more problem waived where one is given, and goes to its review. */
const useAgain = (record: PlanView) => {
  const router = useRouter()
  const ask = useSend(async (waiver: Waiver | undefined) => {
    const { reach, ...input } = await api<{ waivers?: Waiver[]; reach?: ReachInput }>(`/api/plans/${record.id}/input`)
    const waivers = waiver
      ? { waivers: [...(input.waivers ?? []).filter(({ code, host }) => code !== waiver.code || host !== waiver.host), waiver] }
      : {}
    return askPlan({ cluster: record.cluster, operation: record.operation, input: { ...input, ...waivers }, reach })
  })
  return {
    run: (waiver?: Waiver) => ask.mutate(waiver, { onSuccess: (plan) => router.replace(`/plans/${plan.id}`) }),
    busy: ask.isPending,
    error: ask.error,
  }
}

type Ask = { cluster: string; operation: string; input: unknown; reach: ReachInput | undefined }

const askPlan = ({ cluster, ...body }: Ask) => api<PlanView>(`/api/clusters/${encodeURIComponent(cluster)}/plans`, { method: 'POST', body })
