'use client'

import { useWords } from '@/components/data/words'
import { sizeText } from '@/components/ui/time'
import type { HostRow } from '@/server/domain/api-hosts'
import { diskFullPercent, fullestOf } from './host-standing'

/** The fullest disk that the clusters use, as a bar and a number; all of them on hover, with their age. */
export function DiskCell({ facts }: { facts: HostRow['facts'] }) {
  const { say, language } = useWords()
  const percent = fullestOf(facts)
  if (!facts || percent === undefined) return <span className="t3">–</span>
  const full = percent >= diskFullPercent
  const lines = [
    ...facts.disks.map(({ mount, freeBytes, sizeBytes }) =>
      say('hosts.disk-line', { mount, free: sizeText(freeBytes), size: sizeText(sizeBytes) }),
    ),
    say('hosts.facts-at', { time: new Date(facts.at).toLocaleString(language) }),
  ]
  return (
    <span className="row" title={lines.join('\n')}>
      <span className="meter" aria-hidden="true">
        <i className={full ? 'w' : undefined} style={{ width: `${percent}%` }} />
      </span>
      <span className={full ? 'warn m n' : 't2 n'}>{percent} %</span>
      <span className="sr-only">{lines.join('; ')}</span>
    </span>
  )
}
