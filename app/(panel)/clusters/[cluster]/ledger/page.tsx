import { Suspense } from 'react'
import { LedgerPage } from '@/components/ledger/ledger-page'

type Props = { params: Promise<{ cluster: string }> }

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <LedgerPage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
