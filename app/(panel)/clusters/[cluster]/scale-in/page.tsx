import { Suspense } from 'react'
import { ScaleInPage } from '@/components/scale/scale-in-page'

type Props = { params: Promise<{ cluster: string }> }

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <ScaleInPage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
