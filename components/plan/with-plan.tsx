'use client'

import type { UseQueryResult } from '@tanstack/react-query'
import { usePlan } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import type { PlanView } from '@/server/domain/api'
import type { Plan } from '@/server/domain/plan'
import { documentOf } from './document'

type Titled = { title: string }

/** Review and job begin alike: one column, in which the same rows stand until their plan is here. `query` may be what names the plan. */
export function PlanPage<T>(props: Titled & { query: UseQueryResult<T>; children: (data: T) => React.ReactNode }) {
  return (
    <div className="col">
      <Rows {...props} />
    </div>
  )
}

/** The plan of a page that has asked for something else first. */
export function WithPlan(props: Titled & { planId: string; children: (record: PlanView, plan: Plan | undefined) => React.ReactNode }) {
  const query = usePlan(props.planId)
  return (
    <Rows title={props.title} query={query}>
      {(record) => props.children(record, documentOf(record))}
    </Rows>
  )
}

function Rows<T>({ title, query, children }: Titled & { query: UseQueryResult<T>; children: (data: T) => React.ReactNode }) {
  return (
    <Loaded query={query} columns={4} title={title}>
      {children}
    </Loaded>
  )
}
