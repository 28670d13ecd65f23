import { Suspense } from 'react'
import { DmctlPage } from '@/components/dm/console-page'

type Props = { params: Promise<{ cluster: string }> }

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <DmctlPage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
