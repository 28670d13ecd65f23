import { Suspense } from 'react'
import { PatchPage } from '@/components/patch/patch-page'

type Props = { params: Promise<{ cluster: string }> }

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <PatchPage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
