'use client'

import Link from 'next/link'
import { useWords } from '@/components/data/words'
import { EmptyState } from '@/components/ui/banner'

export default function NotFound() {
  const { say } = useWords()
  return (
    <main>
      <EmptyState page title={say('error.not-found')} action={<Link href="/clusters">{say('keys.clusters')}</Link>}>
        {say('error.not-found-hint')}
      </EmptyState>
    </main>
  )
}
