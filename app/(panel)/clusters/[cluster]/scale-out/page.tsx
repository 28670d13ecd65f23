import { Suspense } from 'react'
import { ScaleOutPage } from '@/components/scale/scale-out-page'

type Props = { params: Promise<{ cluster: string }> }

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <ScaleOutPage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
