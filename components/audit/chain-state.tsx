'use client'

import { useAuditChain } from '@/components/data/queries'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { Banner } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { Status } from '@/components/ui/status-shape'
import { Time } from '@/components/ui/time'
import type { AuditRow, AuditVerified } from '@/server/domain/api'

const firstBroken = ({ findings }: AuditVerified): AuditVerified['findings'][number] | undefined =>
  findings.filter(({ number }) => number > 0).sort((a, b) => a.number - b.number)[0] ?? findings[0]

/** How far the chain is sound, since when that is known, and the way to look again. */
export function ChainState() {
  const { say } = useWords()
  const chain = useAuditChain()
  return (
    <span className="row sm flex-wrap" role="status">
      <State chain={chain} />
      {chain.data && !chain.isFetching ? (
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

function State({ chain: { data, error, isFetching } }: { chain: ReturnType<typeof useAuditChain> }) {
  const { say, sayError } = useWords()
  if (isFetching && !data) return <Status shape="busy">{say('chain.reading')}</Status>
  if (error || !data) {
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
  const data = useAuditChain().data
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
  const data = useAuditChain().data
  if (!data || row.number === null) return null
  const broken = data.findings.some(({ id, number }) => id === row.id || number === row.number)
  if (!broken && row.number > data.soundUpTo) return null
  return (
    <p className="sm mb-2">
      <Status shape={broken ? 'bad' : 'ok'}>{say(broken ? 'chain.record-broken' : 'chain.record-sound')}</Status>
    </p>
  )
}
