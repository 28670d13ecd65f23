'use client'

import { useAuditChain, useAuditVerdict } from '@/components/data/queries'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { Banner } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { Status } from '@/components/ui/status-shape'
import { Time } from '@/components/ui/time'
import type { AuditRow } from '@/server/domain/api'
import type { AuditVerified } from '@/server/domain/api-audit'
import { firstBroken } from './first-broken'

/** The whole chain as it was read for this page; until that has ended, what the runner found by itself. */
const useChain = () => {
  const [asked, own] = [useAuditChain(), useAuditVerdict()]
  return { ...asked, data: newer(asked.data, own.data) }
}

const newer = (a: AuditVerified | undefined, b: AuditVerified | null | undefined): AuditVerified | undefined =>
  a && (!b || Date.parse(a.at) >= Date.parse(b.at)) ? a : (b ?? undefined)

/** How far the chain is sound, since when that is known, and the way to look again. */
export function ChainState() {
  const { say } = useWords()
  const chain = useChain()
  return (
    <span className="row sm flex-wrap" role="status">
      <State chain={chain} />
      {chain.data ? (
        <span className="t3">
          <Time at={chain.data.at} />
        </span>
      ) : null}
      <Button size="small" look="ghost" busy={chain.isFetching} onClick={() => void chain.refetch()}>
        {say('chain.again')}
      </Button>
    </span>
  )
}

function State({ chain: { data, error, isFetching } }: { chain: ReturnType<typeof useChain> }) {
  const { say, sayError } = useWords()
  if (isFetching && !data) return <Status shape="busy">{say('chain.reading')}</Status>
  if (!data || (error && !isFetching)) {
    const why = error ? sayError(error) : undefined
    return (
      <span title={why ? `${why.message} ${why.hint}` : undefined}>
        <Status shape="unknown" detail={why?.message}>
          {say('chain.failed')}
        </Status>
      </span>
    )
  }
  const first = firstBroken(data)
  if (first)
    return (
      <Status shape="bad">
        {first.number > 0 ? say('chain.broken', { number: first.number }) : say('chain.unsealed', { count: data.findingCount })}
      </Status>
    )
  return <Status shape="ok">{data.records === 0 ? say('chain.empty') : say('chain.sound', { number: data.soundUpTo })}</Status>
}

/** A chain that is broken is nobody's small print. */
export function ChainBanner() {
  const { say } = useWords()
  const url = useUrlState()
  const data = useChain().data
  const first = data && firstBroken(data)
  if (!data || !first) return null
  const text = [
    say(`chain.finding.${first.finding}`, { number: first.number }),
    first.number === 0 ? '' : data.soundUpTo > 0 ? say('chain.sound-before', { number: data.soundUpTo }) : say('chain.none-sound'),
    data.findingCount > 1 ? say('chain.all-found', { count: data.findingCount }) : '',
    say('chain.what-now'),
  ]
  return (
    <Banner
      tone="bad"
      action={
        first.id ? (
          <Button size="small" onClick={() => url.set({ record: first.id })}>
            {say('act.open')}
          </Button>
        ) : undefined
      }
    >
      {text.filter(Boolean).join(' ')}
    </Banner>
  )
}

/** What is known of one record's place in the chain. */
export function RecordInChain({ row }: { row: Pick<AuditRow, 'id' | 'number'> }) {
  const { say } = useWords()
  const data = useChain().data
  if (!data || row.number === null) return null
  const broken = data.findings.some(({ id, number }) => id === row.id || number === row.number)
  if (!broken && row.number > data.soundUpTo) return null
  return (
    <p className="sm mb-2">
      <Status shape={broken ? 'bad' : 'ok'}>{say(broken ? 'chain.record-broken' : 'chain.record-sound')}</Status>
    </p>
  )
}
