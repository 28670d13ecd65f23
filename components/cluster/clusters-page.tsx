'use client'

import { Download, Plus } from 'lucide-react'
import { useConnected } from '@/components/data/live'
import { useClusters } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { PageHead } from '@/components/layout/page-head'
import { Chip } from '@/components/ui/badge'
import { ButtonLink } from '@/components/ui/button'
import { FilterBox } from '@/components/ui/filter-box'
import { StatusShape } from '@/components/ui/status-shape'
import type { ClusterRow } from '@/server/domain/api'
import { ClustersTable } from './clusters-table'
import { FirstRun } from './first-run'
import { worstOrder, worstShape } from './shapes'

export function ClustersPage() {
  const { say } = useWords()
  const clusters = useClusters()
  const connected = useConnected()
  return (
    <>
      <PageHead title={say('nav.clusters')} note={clusters.data?.length}>
        <span className="live">{connected ? say('state.live') : say('state.polling')}</span>
        <ButtonLink href="/adopt">
          <Download className="i" aria-hidden="true" />
          {say('clusters.adopt')}
        </ButtonLink>
        <ButtonLink look="primary" href="/clusters/new">
          <Plus className="i" aria-hidden="true" />
          {say('clusters.deploy')}
        </ButtonLink>
      </PageHead>
      <div className="scroll">
        <Loaded query={clusters} columns={8}>
          {(rows) => (rows.length === 0 ? <FirstRun /> : <List rows={rows} />)}
        </Loaded>
      </div>
    </>
  )
}

function List({ rows }: { rows: readonly ClusterRow[] }) {
  const { say } = useWords()
  const url = useUrlState()
  const text = url.get('q').toLowerCase()
  const worst = url.get('status')
  const found = rows.filter((row) =>
    `${row.name} ${row.version} ${row.user} ${row.privateKey.name} ${row.leader}`.toLowerCase().includes(text),
  )
  const shown = found.filter((row) => !worst || row.worst === worst)
  return (
    <>
      <div className="row pad flex-wrap py-3">
        <FilterBox label={say('clusters.filter')} value={url.get('q')} onChange={(q) => url.set({ q })} />
        <Chip on={!worst} onClick={() => url.set({ status: '' })} count={found.length}>
          {say('clusters.all')}
        </Chip>
        {worstOrder
          .filter((one) => rows.some((row) => row.worst === one))
          .map((one) => (
            <Chip
              key={one}
              on={worst === one}
              onClick={() => url.set({ status: worst === one ? '' : one })}
              count={found.filter((row) => row.worst === one).length}
            >
              <StatusShape shape={worstShape(one)} />
              {say(`worst.${one}`)}
            </Chip>
          ))}
      </div>
      {shown.length === 0 ? <p className="pad t3 py-4">{say('clusters.none-match')}</p> : <ClustersTable rows={shown} />}
    </>
  )
}
