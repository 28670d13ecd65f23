import { Suspense } from 'react'
import { AdoptPage } from '@/components/adopt/adopt-page'

export const metadata = { title: 'Adopt' }

export default function Page() {
  return (
    <Suspense>
      <AdoptPage />
    </Suspense>
  )
}
