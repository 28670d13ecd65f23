'use client'

import Link from 'next/link'
import { Banner, Note, SkeletonRows } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { Time } from '@/components/ui/time'
import { ApiFailure } from './api'
import { useWords } from './words'

/** What went wrong and what to do, with every problem of it. */
export function ErrorNote({ error }: { error: unknown }) {
  const { sayError, sayProblem } = useWords()
  if (!error) return null
  const { message, hint } = sayError(error)
  const renamed = error instanceof ApiFailure ? renamedTo(error) : undefined
  const problems = error instanceof ApiFailure && renamed === undefined ? error.error.problems : []
  return (
    <Note tone="bad" title={message}>
      {renamed === undefined ? hint : <Link href={`/clusters/${encodeURIComponent(renamed)}`}>{hint}</Link>}
      {problems.length > 0 ? (
        <ul className="mt-1 list-disc pl-4">
          {problems.map((problem) => {
            const words = sayProblem(problem)
            return (
              <li key={`${problem.code} ${problem.path ?? ''} ${JSON.stringify(problem.params)}`}>
                {words.message} {words.hint}
              </li>
            )
          })}
        </ul>
      ) : null}
    </Note>
  )
}

/** The name of now, when what was asked for is a cluster under a former one. */
const renamedTo = ({ error }: ApiFailure): string | undefined => {
  const to = error.problems.find(({ code }) => code === 'usecases.cluster-renamed')?.params.to
  return to === undefined ? undefined : String(to)
}

type Asked<T> = { data: T | undefined; error: unknown; isPending: boolean; dataUpdatedAt: number; refetch: () => unknown }

/** Skeleton, error, or content; `title` is for pages whose own title is part of the content. An error keeps what was last seen, with its age. */
export function Loaded<T>(props: { query: Asked<T>; columns: number; title?: string; children: (data: T) => React.ReactNode }) {
  const { say, sayError } = useWords()
  const { query } = props
  if (query.data === undefined && query.error)
    return (
      <div className="pad max-w-xl py-4">
        {props.title ? <h1 className="sr-only">{props.title}</h1> : null}
        <ErrorNote error={query.error} />
        <div className="mt-3">
          <Button onClick={() => void query.refetch()}>{say('error.again')}</Button>
        </div>
      </div>
    )
  if (query.data === undefined)
    return (
      <>
        {props.title ? <h1 className="sr-only">{props.title}</h1> : null}
        <SkeletonRows columns={props.columns} label={say('state.loading')} />
      </>
    )
  return (
    <>
      {query.error ? (
        <Banner tone="bad">
          {sayError(query.error).message} {say('state.last-seen')} <Time at={new Date(query.dataUpdatedAt).toISOString()} />
        </Banner>
      ) : null}
      {props.children(query.data)}
    </>
  )
}
