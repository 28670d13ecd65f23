import { Suspense } from 'react'
import { PrunePage } from '@/components/scale/prune-page'

type Props = { params: Promise<{ cluster: string }> }

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <PrunePage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
