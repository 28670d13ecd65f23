'use client'

import Link from 'next/link'
import { useEffect, useRef } from 'react'
import { toast } from 'sonner'
import { useJobs } from '@/components/data/queries'
import { useWords } from '@/components/data/words'
import { StatusShape } from '@/components/ui/status-shape'
import { jobShape } from './job-shape'

/** Says in a live region when a job ends or waits for a person, wherever in the panel one is. */
export const useJobToasts = (): void => {
  const jobs = useJobs().data
  const { say, sayMaybe } = useWords()
  const before = useRef<ReadonlyMap<string, string>>(undefined)
  useEffect(() => {
    if (!jobs) return
    for (const job of jobs) {
      const was = before.current?.get(job.id)
      if (was === undefined || was === job.state || job.state === 'queued' || job.state === 'running') continue
      const words = {
        job: job.number,
        cluster: job.cluster,
        operation: sayMaybe(`op.${job.operation}`, job.operation),
        state: sayMaybe(`job-state.${job.state}`, job.state),
      }
      toast.custom(() => (
        <div className="sonner">
          <StatusShape shape={jobShape(job.state)} />
          <span className="grow">{say('toast.job', words)}</span>
          <Link href={`/jobs/${job.id}`}>{say('act.open')}</Link>
        </div>
      ))
    }
    before.current = new Map(jobs.map((job) => [job.id, job.state]))
  }, [jobs, say, sayMaybe])
}
