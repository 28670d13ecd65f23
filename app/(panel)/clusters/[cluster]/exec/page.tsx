import { Suspense } from 'react'
import { ExecPage } from '@/components/exec/exec-page'

type Props = { params: Promise<{ cluster: string }> }

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <ExecPage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
