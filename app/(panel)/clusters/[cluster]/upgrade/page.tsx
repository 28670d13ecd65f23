import { Suspense } from 'react'
import { UpgradePage } from '@/components/upgrade/upgrade-page'

type Props = { params: Promise<{ cluster: string }> }

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <UpgradePage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
