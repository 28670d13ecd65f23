import { Suspense } from 'react'
import { TiupPage } from '@/components/tiup/tiup-page'

type Props = { params: Promise<{ cluster: string }> }

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <TiupPage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
