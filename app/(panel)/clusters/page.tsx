import { Suspense } from 'react'
import { ClustersPage } from '@/components/cluster/clusters-page'

export const metadata = { title: 'Clusters' }

export default function Page() {
  return (
    <Suspense>
      <ClustersPage />
    </Suspense>
  )
}
