import { Suspense } from 'react'
import { JobsPage } from '@/components/layout/jobs-page'

export const metadata = { title: 'Jobs' }

export default function Page() {
  return (
    <Suspense>
      <JobsPage />
    </Suspense>
  )
}
