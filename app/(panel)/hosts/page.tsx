import { Suspense } from 'react'
import { HostsPage } from '@/components/host/hosts-page'

export const metadata = { title: 'Hosts' }

export default function Page() {
  return (
    <Suspense>
      <HostsPage />
    </Suspense>
  )
}
