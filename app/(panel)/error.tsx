'use client'

import { useWords } from '@/components/data/words'
import { EmptyState } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'

export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  const { say } = useWords()
  return (
    <EmptyState page title={say('error.page')} action={<Button onClick={reset}>{say('error.again')}</Button>}>
      {error.message}
    </EmptyState>
  )
}
