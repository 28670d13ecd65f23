'use client'

import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/components/data/api'
import { useCredentials, usePackages } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { AccessStep, type NewCredential } from '@/components/deploy/access-step'
import type { OwnFiles } from '@/components/deploy/draft'
import { named, OwnFilesPicker } from '@/components/deploy/own-files'
import { useAccess } from '@/components/deploy/use-access'
import { useSay } from '@/components/plan/say'
import { OperationWizard, type WizardStep } from '@/components/rolling/operation-wizard'
import { defaultPace, isBad, type Pace } from '@/components/rolling/pace'
import { PaceStep, paceProblems } from '@/components/rolling/pace-step'
import { countByRole } from '@/components/rolling/selection'
import { type WizardAt, WizardPage } from '@/components/rolling/wizard-page'
import { Banner, Note } from '@/components/ui/banner'
import { KeyValues } from '@/components/ui/drawer'
import type { CredentialRow } from '@/server/domain/api'
import { deployWords } from '@/server/domain/words/deploy'
import type { AdditionCheck } from './addition'
import { NewInstances } from './new-instances'
import { packagesOf, ScalePackages } from './scale-packages'
import { useScaleCheck } from './use-scale-check'

type Draft = { yaml: string; credentialId: string; packages: Readonly<Record<string, string>>; pace: Pace }
const empty: Draft = { yaml: '', credentialId: '', packages: {}, pace: defaultPace }

/** Scale out: a text of new instances only, how new hosts are logged in to, and which packages the new ones get. */
export function ScaleOutPage({ name }: { name: string }) {
  const { say } = useWords()
  return (
    <WizardPage<Draft> cluster={name} operation="scale-out" title={say('scale-out.title', { cluster: name })} empty={empty}>
      {(at) => <ScaleOut {...at} />}
    </WizardPage>
  )
}

function ScaleOut(at: WizardAt<Draft>) {
  const words = useWords()
  const { say, sayProblem } = words
  const { cluster, draft, change } = at
  const [files, setFiles] = useState<OwnFiles>({})
  const sayDeploy = useSay(deployWords)
  const check = useScaleCheck(cluster, draft.yaml, Object.keys(files))
  const access = useAccess(draft.credentialId, check.newHosts, cluster.settings.jump)
  const store = usePackages()
  const offered = packagesOf(check, store.data ?? [])
  const errors = check.problems.filter(({ severity }) => severity === 'error')
  const chosen = Object.fromEntries(
    Object.entries(draft.packages).filter(([component, sha256]) => offered.get(component)?.some((one) => one.sha256 === sha256)),
  )
  const steps: WizardStep[] = [
    {
      id: 'instances',
      label: say('scale-out.instances'),
      answer: check.instances.map(({ id }) => id).join(', '),
      problems:
        draft.yaml.trim() === ''
          ? [{ text: say('scale-out.none-yet') }]
          : errors.map((problem) => ({
              text: `${problem.line === undefined ? '' : `${say('scale-out.line', { line: problem.line })} `}${sayProblem(problem).message}`,
            })),
      body: (
        <NewInstances
          yaml={draft.yaml}
          onChange={(yaml) => change({ yaml })}
          check={check}
          files={<OwnFilesPicker say={sayDeploy} check={check} onChange={setFiles} />}
        />
      ),
    },
    {
      id: 'access',
      label: say('scale-out.access'),
      answer: check.newHosts.length === 0 ? say('scale-out.no-new-hosts') : check.newHosts.map(({ address }) => address).join(', '),
      problems:
        check.newHosts.length === 0
          ? []
          : draft.credentialId === ''
            ? [{ text: say('scale-out.credential-missing') }]
            : access.ready
              ? []
              : [{ text: say('scale-out.hosts-unproved') }],
      body: <Access at={at} check={check} access={access} />,
    },
    {
      id: 'packages',
      label: say('scale-out.packages'),
      answer: Object.keys(chosen).length === 0 ? say('scale-out.as-now') : Object.keys(chosen).join(', '),
      problems: paceProblems(draft.pace, words).filter(() => isBad('waitTimeoutS', draft.pace.waitTimeoutS)),
      body: (
        <>
          <ScalePackages check={check} offered={offered} chosen={chosen} onChoose={(packages) => change({ packages })} store={store} />
          <PaceStep pace={draft.pace} onChange={(pace) => change({ pace })} only={['waitTimeoutS']} />
        </>
      ),
    },
  ]
  const { waitTimeoutS } = draft.pace
  return (
    <OperationWizard
      cluster={cluster}
      operation="scale-out"
      title={say('scale-out.title', { cluster: cluster.name })}
      steps={steps}
      draft={at}
      command={`tiup dm scale-out ${cluster.name} scale.yaml`}
      input={{
        topology: draft.yaml,
        files: named(check, files),
        ...(check.newHosts.length > 0 && { credentialId: draft.credentialId }),
        packages: chosen,
        ...(waitTimeoutS.trim() !== '' && { waitTimeoutS: Number(waitTimeoutS) }),
      }}
      summary={<Summary at={at} check={check} />}
      note={<HalfJoined ids={cluster.joining} />}
    />
  )
}

/** What an interrupted scale-out has left: it can be finished, or removed. */
function HalfJoined({ ids }: { ids: readonly string[] }) {
  const { say } = useWords()
  return ids.length === 0 ? null : <Banner>{say('scale-out.half-joined', { nodes: ids.join(', ') })}</Banner>
}

function Summary({ at, check }: { at: WizardAt<Draft>; check: AdditionCheck }) {
  const { say } = useWords()
  const masters = check.instances.filter(({ component }) => component === 'dm-master').length
  const now = at.rows.filter(({ role }) => role === 'dm-master').length
  return (
    <>
      <KeyValues
        rows={[
          ...countByRole(check.instances.map(({ component }) => ({ role: component }))).map(
            ([role, count]) => [role, `+${count}`] as const,
          ),
          [say('scale-out.new-hosts'), String(check.newHosts.length)],
          ...(masters > 0
            ? [
                [
                  say('scale-out.quorum'),
                  say('scale-out.quorum-after', { masters: now + masters, quorum: Math.floor((now + masters) / 2) + 1 }),
                ] as const,
              ]
            : []),
        ]}
      />
      {masters > 0 ? <p className="t2 mt-2">{say('scale-out.masters-one-by-one')}</p> : null}
      {masters > 0 && (now + masters) % 2 === 0 ? <p className="warn mt-2">{say('scale-out.even')}</p> : null}
      <p className="t2 mt-2">{say('scale-out.then')}</p>
    </>
  )
}

type AccessProps = { at: WizardAt<Draft>; check: AdditionCheck; access: ReturnType<typeof useAccess> }

/** Only hosts that are new to the cluster need a login; on the others the panel has its own. */
function Access({ at, check, access }: AccessProps) {
  const { say } = useWords()
  const sayDeploy = useSay(deployWords)
  const client = useQueryClient()
  const credentials = useCredentials()
  if (check.newHosts.length === 0)
    return (
      <div className="max-w-[560px] p-5">
        <Note tone="ok" title={say('scale-out.no-new-hosts')}>
          {say('scale-out.no-new-hosts-note')}
        </Note>
      </div>
    )
  return (
    <>
      <AccessStep
        say={sayDeploy}
        cluster={at.cluster.name}
        credentials={(credentials.data ?? []).filter((one) => one.kind !== 'generated-key')}
        chosen={at.draft.credentialId}
        onChoose={(credentialId) => at.change({ credentialId })}
        onSave={async (made: NewCredential) => {
          const row = await api<CredentialRow>('/api/credentials', { method: 'POST', body: made })
          await client.invalidateQueries({ queryKey: ['credentials'] })
          at.change({ credentialId: row.id })
        }}
        hosts={check.newHosts}
        probed={access.probed}
        probing={access.busy}
        onProbe={access.probe}
        onConfirm={access.confirm}
      />
      <div className="px-5" aria-live="polite">
        <ErrorNote error={access.error ?? credentials.error} />
      </div>
    </>
  )
}
