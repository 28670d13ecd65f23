'use client'

import { ErrorNote, Loaded } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Button, ButtonLink } from '@/components/ui/button'
import { Time } from '@/components/ui/time'
import type { DmOverview } from '@/server/domain/dmctl/overview'
import { DmHead, type DmPlace } from './dm-head'
import { useDm, useMayNot, useReviewLine } from './use-dm'

/** What the rows of such a page can do: each action is a line of dmctl that is reviewed first. */
export type DmActs = { mayNot: string | undefined; busy: boolean; onLine: (line: string) => void }

type Props = {
  name: string
  place: DmPlace
  columns: number
  actions: (acts: DmActs) => React.ReactNode
  children: (data: DmOverview, acts: DmActs) => React.ReactNode
}

/** A page of what DM says now: its head with actions, a fresh look on demand, why a line could not be reviewed. */
export function DmPage({ name, place, columns, actions, children }: Props) {
  const { say } = useWords()
  const dm = useDm(name)
  const review = useReviewLine(name)
  const acts: DmActs = { mayNot: useMayNot(name), busy: review.busy, onLine: (line) => review.review({ line }) }
  return (
    <div className="col">
      <DmHead name={name} place={place} note={dm.data ? <Time at={dm.data.at} /> : undefined}>
        <Button busy={dm.isFetching} onClick={() => void dm.refetch()}>
          {say(dm.isFetching ? 'dm.looking' : 'dm.refresh')}
        </Button>
        {actions(acts)}
      </DmHead>
      <div className="scroll">
        {review.error ? (
          <div className="pad py-3">
            <ErrorNote error={review.error} />
          </div>
        ) : null}
        <Loaded query={dm} columns={columns}>
          {(data) => children(data, acts)}
        </Loaded>
      </div>
    </div>
  )
}

/** The page's main action, where one may. */
export function MainLink({ mayNot, href, children }: { mayNot: string | undefined; href: string; children: React.ReactNode }) {
  if (mayNot)
    return (
      <Button look="primary" reason={mayNot}>
        {children}
      </Button>
    )
  return (
    <ButtonLink look="primary" href={href}>
      {children}
    </ButtonLink>
  )
}
