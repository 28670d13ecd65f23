'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useAskPlan } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { useReach } from '@/components/plan/reach-fields'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field, Tick } from '@/components/ui/field'
import type { ClusterDetail } from '@/server/domain/api'
import { Choose } from './operate-dialog'
import { RemovalLogin } from './removal-login'

export const lifeVerbs = ['clean', 'rename', 'rotate-ssh', 'destroy'] as const
export type LifeVerb = (typeof lifeVerbs)[number]
type Props = { cluster: ClusterDetail; onClose: () => void }
type Chosen = { roles: readonly string[]; nodes: readonly string[] }
const nobody: Chosen = { roles: [], nodes: [] }

/** What is asked before the plan of the operation is made; nothing is done here. */
export function LifeDialog({ verb, ...props }: Props & { verb: LifeVerb }) {
  if (verb === 'clean') return <CleanDialog {...props} />
  if (verb === 'rotate-ssh') return <RotateDialog {...props} />
  return verb === 'rename' ? <RenameDialog {...props} /> : <DestroyDialog {...props} />
}

function Frame(props: Props & { verb: LifeVerb; input: unknown; why?: string | undefined; children: React.ReactNode }) {
  const { say } = useWords()
  const router = useRouter()
  const ask = useAskPlan()
  const { fields, reach, problem } = useReach()
  const { cluster, verb, input, onClose } = props
  const plan = (): void =>
    ask.mutate({ cluster: cluster.name, operation: verb, input, reach }, { onSuccess: (made) => router.push(`/plans/${made.id}`) })
  return (
    <Dialog
      open
      onClose={onClose}
      width={600}
      title={say(`${verb}.title`, { cluster: cluster.name })}
      footer={
        <>
          <Button onClick={onClose}>{say('operate.keep')}</Button>
          <Button look="primary" busy={ask.isPending} reason={props.why ?? problem} onClick={plan}>
            {say('operate.plan')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="t2">{say(`${verb}.note`)}</p>
        <ErrorNote error={ask.error} />
        {props.children}
        {fields}
      </div>
    </Dialog>
  )
}

function CleanDialog(props: Props) {
  const { say } = useWords()
  const [what, setWhat] = useState({ data: false, logs: false })
  const [ignored, setIgnored] = useState<Chosen>(nobody)
  return (
    <Frame
      {...props}
      verb="clean"
      input={{ ...what, ignoreRoles: ignored.roles, ignoreNodes: ignored.nodes }}
      why={what.data || what.logs ? undefined : say('clean.nothing-chosen')}
    >
      <fieldset>
        <legend className="m sm t2 mb-1">{say('clean.what')}</legend>
        <Tick checked={what.data} onChange={(data) => setWhat({ ...what, data })}>
          {say('clean.data')}
        </Tick>
        <Tick checked={what.logs} onChange={(logs) => setWhat({ ...what, logs })}>
          {say('clean.logs')}
        </Tick>
      </fieldset>
      <details>
        <summary className="m sm t2 mb-1">{say('clean.ignore')}</summary>
        <p className="t3 sm mb-2">{say('clean.ignore-help')}</p>
        <Choose cluster={props.cluster} rows={props.cluster.status?.rows ?? []} chosen={ignored} onChoose={setIgnored} plain />
      </details>
    </Frame>
  )
}

function RenameDialog(props: Props) {
  const { say } = useWords()
  const [name, setName] = useState('')
  return (
    <Frame {...props} verb="rename" input={{ name }} why={name.trim() === '' ? say('rename.name-help') : undefined}>
      <Field
        label={say('rename.name')}
        hint={say('rename.name-help')}
        value={name}
        mono
        autoComplete="off"
        onChange={(event) => setName(event.target.value)}
      />
    </Frame>
  )
}

function RotateDialog(props: Props) {
  const { say } = useWords()
  const [leaveAway, setLeaveAway] = useState(false)
  const left = props.cluster.formerKeyOn
  return (
    <Frame {...props} verb="rotate-ssh" input={{ leaveAway }}>
      {left.length > 0 ? (
        <p>{say('rotate-ssh.finish', { hosts: left.join(', ') })}</p>
      ) : (
        <Tick checked={leaveAway} onChange={setLeaveAway}>
          {say('rotate-ssh.leave-away')}
        </Tick>
      )}
    </Frame>
  )
}

function DestroyDialog(props: Props) {
  const { say } = useWords()
  const { cluster } = props
  const [kept, setKept] = useState<Chosen>(nobody)
  const [keepAccount, setKeepAccount] = useState(false)
  const [force, setForce] = useState(false)
  const [credentialId, setCredential] = useState('')
  const input = { retainRoles: kept.roles, retainNodes: kept.nodes, keepAccount, force, ...(credentialId && { credentialId }) }
  return (
    <Frame {...props} verb="destroy" input={input}>
      <details>
        <summary className="m sm t2 mb-1">{say('destroy.keep-data')}</summary>
        <p className="t3 sm mb-2">{say('destroy.keep-data-help')}</p>
        <Choose cluster={cluster} rows={cluster.status?.rows ?? []} chosen={kept} onChoose={setKept} plain />
      </details>
      <Tick checked={keepAccount} onChange={setKeepAccount}>
        {say('destroy.keep-account', { user: cluster.user })}
      </Tick>
      <Tick checked={force} onChange={setForce}>
        {say('destroy.force')}
      </Tick>
      {keepAccount ? null : <RemovalLogin chosen={credentialId} onChoose={setCredential} hint={say('destroy.login-help')} />}
    </Frame>
  )
}
