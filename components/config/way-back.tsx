'use client'

import { useCluster } from '@/components/data/queries'
import { NotApplied } from './not-applied'

/** After a reload that did not reach everybody: who is behind, the way on, and the way back to what ran before. */
export function WayBack({ cluster }: { cluster: string }) {
  const detail = useCluster(cluster).data
  return detail ? <NotApplied cluster={cluster} newest={detail.revision} unapplied={detail.unapplied} /> : null
}
