'use client'

import Link from 'next/link'
import { useSession } from '@/components/data/queries'
import { useWords } from '@/components/data/words'
import { Banner } from '@/components/ui/banner'
import type { ClusterDetail } from '@/server/domain/api'
import { useComparison, useTiup } from './queries'

/** On the page of a cluster whose storage can be read: tiup has written its meta.yaml since it was last taken. */
export function TiupChanged({ cluster }: { cluster: ClusterDetail }) {
  const { say } = useWords()
  const role = useSession().data?.user?.role
  const linked = Boolean(useTiup(cluster.name).data?.link?.from)
  const seen = useComparison(cluster.name, linked && role !== undefined && role !== 'viewer').data
  if (!seen?.written || !seen.changes.any) return null
  return (
    <Banner action={<Link href={`/clusters/${encodeURIComponent(cluster.name)}/tiup`}>{say('tiup.banner-look')}</Link>}>
      {say('tiup.banner')}
    </Banner>
  )
}
