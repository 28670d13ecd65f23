import { Suspense } from 'react'
import { HistoryPage } from '@/components/config/history-page'

type Props = { params: Promise<{ cluster: string }> }

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <HistoryPage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
