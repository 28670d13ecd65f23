'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { useAskPlan } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { AreaField, Tick } from '@/components/ui/field'
import type { ClusterDetail } from '@/server/domain/api'
import { roleNames } from '@/server/domain/component'

export type Verb = 'start' | 'stop' | 'remove-deploy'
const notes = { start: 'operate.start-note', stop: 'operate.stop-note', 'remove-deploy': 'operate.remove-note' } as const

/** Which instances; then the plan is made and reviewed. Nothing is done here. */
export function OperateDialog({ verb, cluster, onClose }: { verb: Verb; cluster: ClusterDetail; onClose: () => void }) {
  const { say } = useWords()
  const router = useRouter()
  const ask = useAskPlan()
  const [roles, setRoles] = useState<readonly string[]>([])
  const [nodes, setNodes] = useState('')
  const plan = (): void => {
    const input = verb === 'remove-deploy' ? {} : { roles, nodes: nodes.split(/[\s,]+/).filter(Boolean) }
    ask.mutate({ cluster: cluster.name, operation: verb, input }, { onSuccess: (made) => router.push(`/plans/${made.id}`) })
  }
  const title =
    verb === 'remove-deploy' ? `${say('op.remove-deploy')} ${cluster.name}` : say(`operate.${verb}-title`, { cluster: cluster.name })
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>{say('operate.keep')}</Button>
          <Button look="primary" busy={ask.isPending} onClick={plan}>
            {say('operate.plan')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <p className="t2">{say(notes[verb])}</p>
        <ErrorNote error={ask.error} />
        {verb === 'remove-deploy' ? null : (
          <>
            <fieldset>
              <legend className="mb-1 font-medium text-[12px] text-(--text-2)">{say('operate.roles')}</legend>
              <div className="row flex-wrap gap-x-4">
                {roleNames
                  .filter((role) => cluster.nodes[role])
                  .map((role) => (
                    <Tick
                      key={role}
                      checked={roles.includes(role)}
                      onChange={(on) => setRoles(on ? [...roles, role] : roles.filter((one) => one !== role))}
                    >
                      {role}
                    </Tick>
                  ))}
              </div>
            </fieldset>
            <AreaField
              label={say('operate.nodes')}
              rows={3}
              value={nodes}
              onChange={(event) => setNodes(event.target.value)}
              hint={say('operate.nodes-help')}
            />
          </>
        )}
      </div>
    </Dialog>
  )
}
