'use client'

import Link from 'next/link'
import { useWords } from '@/components/data/words'
import { Banner } from '@/components/ui/banner'
import type { RevisionsView } from '@/server/domain/api-config'

type Props = { cluster: string; newest: number; unapplied: RevisionsView['unapplied'] }

/** Saved but not applied: who runs an older configuration, the way forward, and the way back. */
export function NotApplied({ cluster, newest, unapplied }: Props) {
  const { say } = useWords()
  if (unapplied.length === 0) return null
  const at = `/clusters/${encodeURIComponent(cluster)}`
  const named = unapplied
    .slice(0, 5)
    .map(({ instance, revision, state }) => `${instance} (r${revision}${state === 'restart' ? `, ${say('pending.restart')}` : ''})`)
  const former = Math.max(...unapplied.map(({ revision }) => revision).filter((revision) => revision !== newest))
  return (
    <Banner
      action={
        <span className="end row">
          {Number.isFinite(former) ? (
            <Link href={`${at}/edit-config?from=${former}`}>{say('pending.back', { revision: former })}</Link>
          ) : null}
          <Link href={`${at}/reload`}>{say('cluster.go.reload')}</Link>
        </span>
      }
    >
      {say('pending.banner', { revision: newest, count: unapplied.length })} {named.join(', ')}
      {unapplied.length > named.length ? ' …' : ''}
    </Banner>
  )
}
