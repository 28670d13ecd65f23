'use client'

import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useJobs } from '@/components/data/queries'
import { useWords } from '@/components/data/words'

/** The way down to this page; all but the last are links. */
export function Crumbs() {
  const { say, sayMaybe } = useWords()
  const parts = usePathname().split('/').filter(Boolean)
  const jobs = useJobs().data
  const nameOf = (part: string, at: number): string => {
    if (at === 0) return sayMaybe(`nav.${part}`, part)
    const job = parts[0] === 'jobs' ? jobs?.find((one) => one.id === part) : undefined
    return job ? `#${job.number} ${job.cluster}` : decodeURIComponent(part)
  }
  return (
    <nav className="crumbs" aria-label={say('nav.where')}>
      {parts.map((part, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a part's place is what names it
        <span key={`${part}${at}`} className="contents">
          {at > 0 ? <ChevronRight className="i i12" aria-hidden="true" /> : null}
          {at === parts.length - 1 ? (
            <span aria-current="page" className="tr">
              {nameOf(part, at)}
            </span>
          ) : (
            <Link href={`/${parts.slice(0, at + 1).join('/')}`}>{nameOf(part, at)}</Link>
          )}
        </span>
      ))}
    </nav>
  )
}
