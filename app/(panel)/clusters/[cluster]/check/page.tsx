import { Suspense } from 'react'
import { CheckPage } from '@/components/check/check-page'

type Props = { params: Promise<{ cluster: string }> }

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <CheckPage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
