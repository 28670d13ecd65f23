'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { runErrand } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field } from '@/components/ui/field'
import type { ErrandView } from '@/server/domain/api'

type Found = { name: string; version: string; known: boolean; problems: { code: string; params: Record<string, string | number> }[] }

/** Finds the clusters in a TiUP storage folder and adopts those that are chosen, for reading. */
export function AdoptDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { say, sayProblem } = useWords()
  const client = useQueryClient()
  const [path, setPath] = useState('~/.tiup/storage/dm')
  const scan = useMutation({
    mutationFn: () => runErrand<Found[]>(() => api<ErrandView>('/api/adopt/scan', { method: 'POST', body: { path } })),
  })
  const adopt = useMutation({
    mutationFn: (name: string) =>
      runErrand<unknown>(() => api<ErrandView>('/api/adopt', { method: 'POST', body: { path, names: [name] } })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.clusters }),
  })
  return (
    <Dialog
      open={open}
      onClose={onClose}
      width={560}
      title={say('first.adopt')}
      footer={
        <>
          <Button onClick={onClose}>{say('act.close')}</Button>
          <Button look="primary" busy={scan.isPending} onClick={() => scan.mutate()}>
            {say('adopt.scan')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="t2">{say('adopt.note')}</p>
        <Field
          mono
          label={say('adopt.path')}
          value={path}
          onChange={(event) => setPath(event.target.value)}
          hint={say('adopt.path-help')}
        />
        <ErrorNote error={scan.error ?? adopt.error} />
        {scan.data ? (
          <ul aria-label={say('adopt.found')}>
            {scan.data.length === 0 ? <li className="t3">{say('adopt.nothing')}</li> : null}
            {scan.data.map((cluster) => (
              <li key={cluster.name} className="row border-(--line) border-b py-1">
                <span className="b">{cluster.name}</span>
                <span className="mono t2">{cluster.version}</span>
                {cluster.problems.map((problem) => (
                  <Badge key={problem.code} tone="warn">
                    {sayProblem(problem).message}
                  </Badge>
                ))}
                <span className="grow" />
                {cluster.known || (adopt.isSuccess && adopt.variables === cluster.name) ? (
                  <Badge tone="ok">{say('adopt.known')}</Badge>
                ) : (
                  <Button
                    size="small"
                    busy={adopt.isPending && adopt.variables === cluster.name}
                    onClick={() => adopt.mutate(cluster.name)}
                  >
                    {say('op.adopt')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        ) : null}
      </div>
    </Dialog>
  )
}
