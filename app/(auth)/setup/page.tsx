import { Suspense } from 'react'
import { SetupForm } from '@/components/layout/setup-form'

export const metadata = { title: 'Setup' }

export default function Page() {
  return (
    <Suspense>
      <SetupForm />
    </Suspense>
  )
}
