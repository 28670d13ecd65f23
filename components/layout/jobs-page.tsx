'use client'

import { useJobs } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { Chip } from '@/components/ui/badge'
import { EmptyState } from '@/components/ui/banner'
import { ButtonLink } from '@/components/ui/button'
import { FilterBox } from '@/components/ui/filter-box'
import { StatusShape } from '@/components/ui/status-shape'
import { jobShape } from './job-shape'
import { JobsTable } from './jobs-table'
import { PageHead } from './page-head'

const states = ['waiting', 'running', 'queued', 'failed', 'succeeded', 'cancelled'] as const

export function JobsPage() {
  const { say } = useWords()
  const jobs = useJobs()
  const url = useUrlState()
  const text = url.get('q').toLowerCase()
  const state = url.get('state')
  return (
    <>
      <PageHead title={say('nav.jobs')} note={jobs.data?.length} />
      <Loaded query={jobs} columns={6}>
        {(rows) => {
          if (rows.length === 0)
            return (
              <EmptyState
                title={say('jobs.none')}
                action={
                  <ButtonLink look="primary" href="/clusters">
                    {say('keys.clusters')}
                  </ButtonLink>
                }
              >
                {say('jobs.none-note')}
              </EmptyState>
            )
          const found = rows.filter((job) => `#${job.number} ${job.cluster} ${job.operation} ${job.startedBy}`.toLowerCase().includes(text))
          return (
            <>
              <div className="row pad flex-wrap py-3">
                <FilterBox label={say('jobs.filter')} value={url.get('q')} onChange={(q) => url.set({ q })} width={280} />
                <Chip on={!state} onClick={() => url.set({ state: '' })} count={found.length}>
                  {say('clusters.all')}
                </Chip>
                {states
                  .filter((one) => rows.some((job) => job.state === one))
                  .map((one) => (
                    <Chip
                      key={one}
                      on={state === one}
                      onClick={() => url.set({ state: state === one ? '' : one })}
                      count={found.filter((job) => job.state === one).length}
                    >
                      <StatusShape shape={jobShape(one)} />
                      {say(`job-state.${one}`)}
                    </Chip>
                  ))}
              </div>
              <div className="scroll">
                <JobsTable jobs={found.filter((job) => !state || job.state === state)} />
              </div>
            </>
          )
        }}
      </Loaded>
    </>
  )
}
