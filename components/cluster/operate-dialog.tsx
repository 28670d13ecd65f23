'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useAskPlan } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { useReach } from '@/components/plan/reach-fields'
import { Note } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Tick } from '@/components/ui/field'
import type { ClusterDetail } from '@/server/domain/api'
import { type RoleName, roleNames } from '@/server/domain/component'
import { RemovalLogin } from './removal-login'

export type Verb = 'start' | 'stop' | 'enable' | 'disable' | 'remove-deploy'
type Rows = NonNullable<ClusterDetail['status']>['rows']
type Chosen = { roles: readonly string[]; nodes: readonly string[] }
const notes = {
  start: 'operate.start-note',
  stop: 'operate.stop-note',
  enable: 'operate.enable-note',
  disable: 'operate.disable-note',
  'remove-deploy': 'operate.remove-note',
} as const

/** Which instances; then the plan is made and reviewed. Nothing is done here. */
export function OperateDialog(props: { verb: Verb; cluster: ClusterDetail; nodes: readonly string[]; onClose: () => void }) {
  const { verb, cluster, onClose } = props
  const { say } = useWords()
  const router = useRouter()
  const ask = useAskPlan()
  const { fields, reach, problem } = useReach()
  const [chosen, setChosen] = useState<Chosen>({ roles: [], nodes: props.nodes })
  const [credentialId, setCredential] = useState('')
  const rows = cluster.status?.rows ?? []
  const plan = (): void =>
    ask.mutate(
      {
        cluster: cluster.name,
        operation: verb,
        reach,
        input: verb === 'remove-deploy' ? { ...(credentialId && { credentialId }) } : chosen,
      },
      { onSuccess: (made) => router.push(`/plans/${made.id}`) },
    )
  const title =
    verb === 'remove-deploy' ? `${say('op.remove-deploy')} ${cluster.name}` : say(`operate.${verb}-title`, { cluster: cluster.name })
  return (
    <Dialog
      open
      onClose={onClose}
      width={560}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>{say('operate.keep')}</Button>
          <Button look="primary" busy={ask.isPending} reason={problem} onClick={plan}>
            {say('operate.plan')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="t2">{say(notes[verb])}</p>
        <ErrorNote error={ask.error} />
        {verb === 'stop' ? <Stopping rows={rows} chosen={chosen} /> : null}
        {verb === 'remove-deploy' ? (
          <RemovalLogin chosen={credentialId} onChoose={setCredential} />
        ) : (
          <Choose cluster={cluster} rows={rows} chosen={chosen} onChoose={setChosen} />
        )}
        {fields}
      </div>
    </Dialog>
  )
}

/** Roles and instances as `-R` and `-N` take them: none means all, both mean those that fit both. */
const selectedOf = (rows: Rows, { roles, nodes }: Chosen): Rows =>
  rows.filter((row) => (roles.length === 0 || roles.includes(row.role)) && (nodes.length === 0 || nodes.includes(row.id)))

/** The sources that the chosen workers serve now, as the last status says. */
function Stopping({ rows, chosen }: { rows: Rows; chosen: Chosen }) {
  const { say } = useWords()
  const sources = selectedOf(rows, chosen).filter((row) => row.role === 'dm-worker' && row.source !== '')
  if (sources.length === 0) return <Note tone="ok">{say('operate.no-source-stops')}</Note>
  return (
    <Note tone="warn" title={say('operate.sources-stop', { count: sources.length })}>
      {sources.map((row) => (
        <span key={row.id} className="row sm">
          <span className="mono m">{row.source}</span>
          <span className="mono t2">{row.id}</span>
        </span>
      ))}
    </Note>
  )
}

/** Roles and nodes; `plain`: none means none, and both mean those that fit either. */
export function Choose(props: { cluster: ClusterDetail; rows: Rows; chosen: Chosen; onChoose: (chosen: Chosen) => void; plain?: boolean }) {
  const { say } = useWords()
  const { rows, chosen, onChoose } = props
  const present = roleNames.filter((role) => props.cluster.nodes[role])
  const flip = (list: readonly string[], one: string, on: boolean): readonly string[] =>
    on ? [...list, one] : list.filter((x) => x !== one)
  return (
    <>
      <fieldset>
        <legend className="m sm t2 mb-1">{say('operate.roles')}</legend>
        <div className="row flex-wrap gap-x-4">
          {present.map((role: RoleName) => (
            <Tick
              key={role}
              checked={chosen.roles.includes(role)}
              onChange={(on) => onChoose({ ...chosen, roles: flip(chosen.roles, role, on) })}
            >
              {role}
            </Tick>
          ))}
        </div>
      </fieldset>
      <fieldset>
        <legend className="m sm t2 mb-1">{say('operate.nodes')}</legend>
        {rows.length === 0 ? <p className="t3 sm">{say('cluster.no-status')}</p> : null}
        <div className="grid max-h-56 grid-cols-2 gap-x-4 gap-y-1 overflow-auto max-md:grid-cols-1">
          {rows.map((row) => (
            <Tick
              key={row.id}
              checked={chosen.nodes.includes(row.id)}
              onChange={(on) => onChoose({ ...chosen, nodes: flip(chosen.nodes, row.id, on) })}
            >
              <span className="mono">{row.id}</span>
              <span className="t3 sm">{row.role}</span>
            </Tick>
          ))}
        </div>
        {props.plain ? null : (
          <p className="t3 sm mt-1">
            {say('operate.nodes-help')} {say('operate.chosen', { count: selectedOf(rows, chosen).length, all: rows.length })}
          </p>
        )}
      </fieldset>
    </>
  )
}
