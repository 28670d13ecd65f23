'use client'

import { useAuditVerdict } from '@/components/data/queries'
import { useWords } from '@/components/data/words'
import { Banner } from '@/components/ui/banner'
import { ButtonLink } from '@/components/ui/button'
import { firstBroken } from './first-broken'

/** Stands on every page of an administrator while the audit is not as it was sealed. */
export function ChainAlarm() {
  const { say } = useWords()
  const data = useAuditVerdict().data
  const first = data && firstBroken(data)
  if (!first) return null
  return (
    <Banner
      tone="bad"
      action={
        <ButtonLink href="/audit?time=all" size="small">
          {say('chain.look')}
        </ButtonLink>
      }
    >
      {[say('chain.alarm'), say(`chain.finding.${first.finding}`, { number: first.number })].join(' ')}
    </Banner>
  )
}
