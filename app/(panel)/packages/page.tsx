import { Suspense } from 'react'
import { PackagesPage } from '@/components/package/packages-page'

export const metadata = { title: 'Packages' }

export default function Page() {
  return (
    <Suspense>
      <PackagesPage />
    </Suspense>
  )
}
