import { Suspense } from 'react'
import { SourcesPage } from '@/components/dm/sources-page'

type Props = { params: Promise<{ cluster: string }> }

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <SourcesPage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
