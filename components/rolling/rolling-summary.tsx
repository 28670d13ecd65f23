'use client'

import { useWords } from '@/components/data/words'
import { KeyValues } from '@/components/ui/drawer'
import { type Pace, paceFields } from './pace'
import { countByRole, type InstanceRow } from './selection'

type Props = { all: readonly InstanceRow[]; chosen: readonly InstanceRow[]; pace: Pace }

/** What taking the chosen instances down one after another amounts to, as the last status has it. */
export function RollingSummary({ all, chosen, pace }: Props) {
  const { say } = useWords()
  const masters = all.filter(({ role }) => role === 'dm-master').length
  const counts = countByRole(chosen)
  const word = (role: string, count: number): string => {
    if (role === 'dm-master') return say(masters >= 3 ? 'sum.masters-roll' : 'sum.masters-out', { count })
    if (role === 'dm-worker') return say('sum.workers-roll', { count, batch: pace.batch.trim() || paceFields.batch.fallback })
    return say('sum.other', { count })
  }
  return (
    <>
      <div className="kv-wrap">
        <KeyValues
          rows={[
            ...counts.map(([role, count]) => [role, word(role, count)] as const),
            ...(chosen.some(({ role }) => role === 'dm-worker')
              ? [[say('sum.sources'), <Sources key="s" all={all} chosen={chosen} />] as const]
              : []),
            [say('sum.pauses'), say(pace.canary ? 'pace.canary-on' : 'pace.canary-off')],
          ]}
        />
      </div>
      <p className="t3 mt-2">{say('sum.after-review')}</p>
    </>
  )
}

function Sources({ all, chosen }: Pick<Props, 'all' | 'chosen'>) {
  const { say } = useWords()
  const count = chosen.filter(({ role, source }) => role === 'dm-worker' && source !== '').length
  if (count === 0) return say('sum.sources-none')
  return say(all.some(({ status }) => status.value === 'Free') ? 'sum.sources-move' : 'sum.sources-pause', { count })
}
