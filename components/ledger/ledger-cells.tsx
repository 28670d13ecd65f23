'use client'

import { useWords } from '@/components/data/words'
import { Badge } from '@/components/ui/badge'
import { useNow } from '@/components/ui/time'
import type { LedgerEntryView, LedgerView } from '@/server/domain/api-ledger'

export type LedgerRow = LedgerView['instances'][number]

/** `v8.5.0-hotfix-1 hotfix 3f9c1d7a` */
export function Program({ entry }: { entry: LedgerEntryView | null }) {
  const { say } = useWords()
  if (!entry) return <span className="t3">{say('ledger.nothing')}</span>
  return (
    <span className="row">
      <span className="mono m">{entry.package ? entry.package.release || entry.package.version : say('ledger.gone')}</span>
      {entry.package?.origin === 'hotfix' ? <Badge tone="warn">{say('packages.origin.hotfix')}</Badge> : null}
      <span className="mono t3" title={entry.entrySha256}>
        {entry.entrySha256.slice(0, 12)}
      </span>
    </span>
  )
}

export function How({ entry }: { entry: LedgerEntryView | null }) {
  const { say } = useWords()
  if (!entry) return null
  return (
    <span className="row">
      {say(`ledger.kind.${entry.kind}`)}
      {entry.offline ? <Badge>{say('ledger.disk-only')}</Badge> : null}
    </span>
  )
}

const dayMs = 86_400_000

export function Due({ due }: { due: string | null }) {
  const { say } = useWords()
  const now = useNow()
  if (due === null || now === null) return null
  const days = Math.ceil((Date.parse(due) - now) / dayMs)
  if (days < 0) return <span className="bad m">{say('ledger.overdue', { due })}</span>
  return <span className={days < 7 ? 'warn' : undefined}>{say('ledger.in-days', { due, days })}</span>
}
