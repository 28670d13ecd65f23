import { Suspense } from 'react'
import { FilesPage } from '@/components/files/files-page'

type Props = { params: Promise<{ cluster: string }> }

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <FilesPage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
