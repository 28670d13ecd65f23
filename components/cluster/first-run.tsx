'use client'

import { useMutation } from '@tanstack/react-query'
import { Download, FlaskConical, Server } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { api } from '@/components/data/api'
import { runErrand } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { StatusShape } from '@/components/ui/status-shape'
import type { ErrandView } from '@/server/domain/api'

type Simulated = { hosts: readonly { address: string; port: number }[] }

/** What a panel without clusters asks first. */
export function FirstRun() {
  const { say } = useWords()
  const router = useRouter()
  const simulate = useMutation({
    mutationFn: () => runErrand<Simulated>(() => api<ErrandView>('/api/simulated-hosts', { method: 'POST' })),
    onSuccess: ({ hosts }) => router.push(`/clusters/new?simulated=${hosts[0]?.address ?? ''}`),
  })
  return (
    <section className="mx-auto flex w-full max-w-[560px] flex-col gap-3 px-4 py-12">
      <h2 className="mb-1 font-semibold text-[20px] leading-7">{say('first.title')}</h2>
      <ErrorNote error={simulate.error} />
      <Choice
        icon={<Server className="i i16 t3 mt-0.5" aria-hidden="true" />}
        title={say('first.deploy')}
        note={say('first.deploy-note')}
        onClick={() => router.push('/clusters/new')}
      />
      <Choice
        icon={<Download className="i i16 t3 mt-0.5" aria-hidden="true" />}
        title={say('first.adopt')}
        note={say('first.adopt-note')}
        onClick={() => router.push('/adopt')}
      />
      <Choice
        icon={
          simulate.isPending ? (
            <StatusShape shape="busy" className="mt-1" />
          ) : (
            <FlaskConical className="i i16 t3 mt-0.5" aria-hidden="true" />
          )
        }
        title={say('first.simulate')}
        note={say('first.simulate-note')}
        onClick={() => (simulate.isPending ? undefined : simulate.mutate())}
      />
    </section>
  )
}

function Choice(props: { icon: React.ReactNode; title: string; note: string; onClick: () => void }) {
  return (
    <button type="button" className="choice" onClick={props.onClick}>
      {props.icon}
      <span>
        <b>{props.title}</b>
        <small>{props.note}</small>
      </span>
    </button>
  )
}
