import { Suspense } from 'react'
import { ClusterPage } from '@/components/cluster/cluster-page'

type Props = { params: Promise<{ cluster: string }> }

export const generateMetadata = async ({ params }: Props) => ({ title: decodeURIComponent((await params).cluster) })

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <ClusterPage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
