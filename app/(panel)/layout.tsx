import { Suspense } from 'react'
import { Shell } from '@/components/layout/shell'

export default function PanelLayout({ children }: { children: React.ReactNode }) {
  return (
    <Suspense>
      <Shell>{children}</Shell>
    </Suspense>
  )
}
