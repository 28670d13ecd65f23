'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { useReason } from '@/components/cluster/cluster-actions'
import { api } from '@/components/data/api'
import { useRevisionText } from '@/components/data/config-queries'
import { keys } from '@/components/data/keys'
import { ErrorNote } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import type { OwnFiles } from '@/components/deploy/draft'
import { named, OwnFilesPicker } from '@/components/deploy/own-files'
import { useSay } from '@/components/plan/say'
import { type WizardAt, WizardPage } from '@/components/rolling/wizard-page'
import { Banner } from '@/components/ui/banner'
import { Button, ButtonLink } from '@/components/ui/button'
import { Time } from '@/components/ui/time'
import type { EditCheck, EditSaved } from '@/server/domain/api-config'
import { deployWords } from '@/server/domain/words/deploy'
import { EditPanes } from './edit-panes'
import { SaveBar } from './save-bar'
import { useEditCheck } from './use-edit-check'

/** `base`: the revision that the text was made from; 0: nothing was typed yet. */
type Draft = { yaml: string; base: number; reason: string; consent: readonly string[] }
const empty: Draft = { yaml: '', base: 0, reason: '', consent: [] }

/** edit-config: the topology as text; what would change on each host is seen before it is saved, and nothing there changes by that. */
export function EditConfigPage({ name }: { name: string }) {
  const { say } = useWords()
  return (
    <WizardPage<Draft> cluster={name} operation="edit-config" title={say('edit.title', { cluster: name })} empty={empty}>
      {(at) => <Opened {...at} />}
    </WizardPage>
  )
}

/** The newest text, or a former revision's where the address names one; from then on what is typed. */
function Opened(at: WizardAt<Draft>) {
  const { say } = useWords()
  const url = useUrlState()
  const from = Number(url.get('from')) || 0
  const former = useRevisionText(at.cluster.name, from)
  const { cluster, change } = at
  const text = former.data?.yaml
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per address, which then lets go of it
  useEffect(() => {
    if (text === undefined) return
    change({ yaml: text, base: cluster.revision, reason: say('edit.revert-reason', { revision: from }), consent: [] })
    url.set({ from: '' })
  }, [from, text])
  if (former.error)
    return (
      <div className="pad py-4">
        <h1 className="sr-only">{say('edit.title', { cluster: cluster.name })}</h1>
        <ErrorNote error={former.error} />
      </div>
    )
  return <Edit {...at} />
}

function Edit(at: WizardAt<Draft>) {
  const { cluster, draft, change } = at
  const { say } = useWords()
  const home = `/clusters/${encodeURIComponent(cluster.name)}`
  const [files, setFiles] = useState<OwnFiles>({})
  const typed = draft.base > 0
  const [yaml, base] = typed ? [draft.yaml, draft.base] : [cluster.yaml, cluster.revision]
  const { check, fresh, error } = useEditCheck(cluster.name, { yaml, base, files })
  const save = useSave(at)
  const deploySay = useSay(deployWords)
  const reason = useReason(cluster) ?? (cluster.lifecycle === 'deploying' ? say('wiz.deploying') : undefined)
  const whole = check && { files: check.files, problems: [], instances: [] }
  return (
    <>
      <header className="ph border-(--line) border-b pb-4">
        <h1>{say('edit.title', { cluster: cluster.name })}</h1>
        <span className="t3 sm">{say('edit.base', { revision: base })}</span>
        <span className="grow" />
        {typed ? <Button onClick={at.anew}>{say('edit.discard')}</Button> : null}
        <ButtonLink href={`${home}/revisions`}>{say('edit.history')}</ButtonLink>
        <ButtonLink look="ghost" href={home}>
          {say('wiz.leave')}
        </ButtonLink>
      </header>
      {reason ? <Banner>{reason}</Banner> : null}
      {check && check.since.length > 0 ? (
        <Stale home={home} base={base} check={check} onTake={() => change({ base: check.newest, yaml })} />
      ) : null}
      <EditPanes yaml={yaml} onChange={(text) => change({ yaml: text, base })} newest={cluster.yaml} check={check} fresh={fresh} />
      {whole ? <OwnFilesPicker say={deploySay} check={whole} onChange={setFiles} /> : null}
      <div className="px-5 empty:hidden" aria-live="polite">
        <ErrorNote error={save.error ?? error} />
      </div>
      <SaveBar
        draft={draft}
        onChange={change}
        check={check}
        fresh={fresh}
        busy={save.isPending}
        reason={reason}
        saved={{ at: at.savedAt, failed: at.failed }}
        onSave={() => save.mutate({ yaml, base, reason: draft.reason, consent: draft.consent, files: whole ? named(whole, files) : {} })}
      />
    </>
  )
}

/** What was saved is no draft any more; the history says who does not run it yet. */
const useSave = ({ cluster, anew }: WizardAt<Draft>) => {
  const router = useRouter()
  const client = useQueryClient()
  const path = encodeURIComponent(cluster.name)
  return useMutation({
    mutationFn: (body: unknown) => api<EditSaved>(`/api/clusters/${path}/edit-config`, { method: 'POST', body }),
    onSuccess: async ({ revision }) => {
      anew()
      await client.invalidateQueries({ queryKey: keys.clusters })
      router.push(`/clusters/${path}/revisions?saved=${revision}`)
    },
  })
}

/** Somebody else was faster: what came between, and the way to go on. */
function Stale({ home, base, check, onTake }: { home: string; base: number; check: EditCheck; onTake: () => void }) {
  const { say, sayMaybe } = useWords()
  return (
    <Banner
      action={
        <span className="end row">
          <Link href={`${home}/revisions?a=${base}&b=${check.newest}`}>{say('edit.see')}</Link>
          <Button size="small" onClick={onTake}>
            {say('edit.take', { revision: check.newest })}
          </Button>
        </span>
      }
    >
      {say('edit.moved')}{' '}
      {check.since.map((one) => (
        <span key={one.revision}>
          r{one.revision} {sayMaybe(`revision.${one.kind}`, one.kind)} {one.by} <Time at={one.at} /> {one.reason}.{' '}
        </span>
      ))}
    </Banner>
  )
}
