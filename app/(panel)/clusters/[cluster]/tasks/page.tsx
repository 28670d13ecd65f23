import { Suspense } from 'react'
import { TasksPage } from '@/components/dm/tasks-page'

type Props = { params: Promise<{ cluster: string }> }

export default async function Page({ params }: Props) {
  const { cluster } = await params
  return (
    <Suspense>
      <TasksPage name={decodeURIComponent(cluster)} />
    </Suspense>
  )
}
