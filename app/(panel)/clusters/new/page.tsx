import { Suspense } from 'react'
import { DeployWizard } from '@/components/deploy/deploy-wizard'

export default function Page() {
  return (
    <Suspense>
      <DeployWizard />
    </Suspense>
  )
}
