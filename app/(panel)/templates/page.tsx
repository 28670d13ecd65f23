import { Suspense } from 'react'
import { TemplatesPage } from '@/components/templates/templates-page'

export const metadata = { title: 'Templates' }

export default function Page() {
  return (
    <Suspense>
      <TemplatesPage />
    </Suspense>
  )
}
