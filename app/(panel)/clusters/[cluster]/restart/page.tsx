import { Suspense } from 'react'
import { RestartPage } from '@/components/restart/restart-page'

type Props = { params: Promise<{ cluster: string }> }

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <RestartPage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
