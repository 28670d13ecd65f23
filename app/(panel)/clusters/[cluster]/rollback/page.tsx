import { Suspense } from 'react'
import { RollbackPage } from '@/components/upgrade/rollback-page'

type Props = { params: Promise<{ cluster: string }> }

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <RollbackPage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
