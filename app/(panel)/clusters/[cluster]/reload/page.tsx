import { Suspense } from 'react'
import { ReloadPage } from '@/components/reload/reload-page'

type Props = { params: Promise<{ cluster: string }> }

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <ReloadPage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
