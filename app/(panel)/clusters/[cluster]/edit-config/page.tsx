import { Suspense } from 'react'
import { EditConfigPage } from '@/components/config/edit-page'

type Props = { params: Promise<{ cluster: string }> }

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <EditConfigPage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
