'use client'

import { useQueryClient } from '@tanstack/react-query'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { runErrand, useSend, useSession } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Note, SkeletonRows } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { Time } from '@/components/ui/time'
import type { ClusterDetail, ErrandView } from '@/server/domain/api'
import type { TiupComparisonView, TiupView } from '@/server/domain/api-tiup'
import { Changes } from './changes'
import { Part } from './part'
import { comparisonKey, useComparison } from './queries'

type Props = { cluster: ClusterDetail; link: TiupView['link'] }

/** What tiup changed where it keeps the cluster, and the way to take it over. */
export function LinkChanges({ cluster, link }: Props) {
  const { say } = useWords()
  const client = useQueryClient()
  const viewer = useSession().data?.user?.role === 'viewer'
  const linked = Boolean(link?.from)
  const comparison = useComparison(cluster.name, linked && !viewer)
  return (
    <Part title={say('tiup.changes')}>
      {link?.from ? (
        <div className="row flex-wrap">
          <span className="t2">
            {say('tiup.from', { from: link.from })} <Time at={link.at} />
          </span>
          <Button
            busy={comparison.isFetching}
            reason={viewer ? say('role.needs-operator') : undefined}
            onClick={() => void client.refetchQueries({ queryKey: comparisonKey(cluster.name), exact: true })}
          >
            {say('tiup.look')}
          </Button>
        </div>
      ) : (
        <p className="t2">{say('tiup.no-link')}</p>
      )}
      {comparison.isLoading ? <SkeletonRows columns={2} rows={2} label={say('tiup.looking')} /> : null}
      <ErrorNote error={comparison.error} />
      {comparison.data ? <Seen cluster={cluster} seen={comparison.data} /> : null}
    </Part>
  )
}

/** Of a managed cluster whose file tiup has not written, what differs is the panel's own work. */
function Seen({ cluster, seen }: { cluster: ClusterDetail; seen: TiupComparisonView }) {
  const { say } = useWords()
  const admin = useSession().data?.user?.role === 'admin'
  const take = useSend(
    () =>
      runErrand<{ revision: number }>(() =>
        api<ErrandView>(`/api/clusters/${encodeURIComponent(cluster.name)}/tiup/take`, {
          method: 'POST',
          body: { metaSha256: seen.metaSha256 },
        }),
      ),
    [keys.cluster(cluster.name), keys.clusters],
  )
  const held = cluster.runningJob ? say('cluster.held', { job: cluster.runningJob.number }) : undefined
  const done = take.data ? <Note tone="ok" title={say('tiup.taken', { revision: take.data.revision })} /> : null
  if (!seen.changes.any && !seen.written) return done ?? <p className="t2">{say('tiup.same')}</p>
  return (
    <div className="flex flex-col gap-3" aria-live="polite">
      {seen.changes.any ? <Changes changes={seen.changes} /> : <p className="t2">{say('tiup.same')}</p>}
      {seen.written ? <p className="t2">{say('tiup.take-note')}</p> : <p className="t2">{say('tiup.unwritten')}</p>}
      <ErrorNote error={take.error} />
      {done}
      {seen.written || cluster.adopted ? (
        <div>
          <Button
            look="primary"
            busy={take.isPending}
            reason={admin ? held : say('role.needs-admin')}
            onClick={() => take.mutate(undefined)}
          >
            {say('tiup.take')}
          </Button>
        </div>
      ) : null}
    </div>
  )
}
