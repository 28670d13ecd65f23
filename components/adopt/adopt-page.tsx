'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { ApiFailure, api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { runErrand, useSession } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { KeyGate } from '@/components/host/key-gate'
import { PageHead } from '@/components/layout/page-head'
import { Segmented } from '@/components/ui/badge'
import { Note, SkeletonRows } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import type { ErrandView } from '@/server/domain/api'
import { FoundTable } from './found-table'
import { type Found, nothingTyped, type Place, places, type Source, sourceOf, type Typed } from './source'
import { SourceForm } from './source-form'

const post = <T,>(path: string, body: unknown): Promise<T> => runErrand<T>(() => api<ErrandView>(path, { method: 'POST', body }))

/** Clusters that tiup manages, found in its storage folder and taken over for reading. */
export function AdoptPage() {
  const { say } = useWords()
  const url = useUrlState()
  const admin = useSession().data?.user?.role === 'admin'
  const client = useQueryClient()
  const [typed, setTyped] = useState<Typed>(nothingTyped)
  const place: Place = places.find((one) => one === url.get('from')) ?? 'path'
  const source = sourceOf(place, typed)
  const scan = useMutation({ mutationFn: (from: Source) => post<Found[]>('/api/adopt/scan', from) })
  const adopt = useMutation({
    mutationFn: (names: readonly string[]) => post<{ adopted: string[] }>('/api/adopt', { ...scan.variables, names }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.clusters }),
  })
  const forget = (): void => {
    scan.reset()
    adopt.reset()
  }
  const look = (): void => {
    adopt.reset()
    if (typeof source !== 'string') scan.mutate(source)
  }
  const reason = admin ? (typeof source === 'string' ? say(source) : undefined) : say('role.needs-admin')
  return (
    <>
      <PageHead title={say('first.adopt')} />
      <div className="scroll pad pt-2 pb-8">
        <form
          className="flex max-w-[640px] flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            if (!reason) look()
          }}
        >
          <p className="t2">{say('adopt.note')}</p>
          <div>
            <Segmented<Place>
              label={say('adopt.from')}
              value={place}
              onChange={(next) => {
                forget()
                url.set({ from: next === 'path' ? '' : next })
              }}
              options={places.map((value) => ({ value, label: say(`adopt.from.${value}`) }))}
            />
          </div>
          <SourceForm
            place={place}
            typed={typed}
            onType={(next) => {
              forget()
              setTyped(next)
              // An archive is whole when it is here; there is nothing more to type.
              if (next.archive && next.archive !== typed.archive) scan.mutate({ archive: next.archive.id })
            }}
          />
          <div>
            <Button look="primary" size="large" type="submit" reason={reason} busy={scan.isPending}>
              {say('adopt.scan')}
            </Button>
          </div>
          <Trouble error={scan.error} from={scan.variables} onPinned={look} />
        </form>
        <section className="mt-4 max-w-[960px]" aria-live="polite">
          {scan.isPending ? <SkeletonRows columns={5} rows={2} label={say('state.loading')} /> : null}
          {scan.data ? (
            <FoundTable
              key={scan.submittedAt}
              found={scan.data}
              adopted={adopt.data?.adopted ?? []}
              busy={adopt.isPending}
              reason={admin ? undefined : say('role.needs-admin')}
              onAdopt={(names) => adopt.mutate(names)}
            />
          ) : null}
          <div className="mt-3 max-w-[640px]">
            <ErrorNote error={adopt.error} />
            {adopt.data ? (
              <Note tone="ok" title={say('adopt.done', { clusters: adopt.data.adopted.join(', ') })}>
                <Link href={adopt.data.adopted.length === 1 ? `/clusters/${encodeURIComponent(adopt.data.adopted[0] ?? '')}` : '/clusters'}>
                  {say('act.open')}
                </Link>
              </Note>
            ) : null}
          </div>
        </section>
      </div>
    </>
  )
}

const keyTroubles = ['errands.host-key-unknown', 'errands.host-key-changed']

/** A host whose key nobody has confirmed is no error but a question. */
function Trouble({ error, from, onPinned }: { error: unknown; from: Source | undefined; onPinned: () => void }) {
  const ssh = from && 'ssh' in from ? from.ssh : undefined
  if (ssh && error instanceof ApiFailure && keyTroubles.includes(error.error.code))
    return <KeyGate address={ssh.address} port={ssh.port} jump={ssh.jump} onPinned={onPinned} />
  return <ErrorNote error={error} />
}
