'use client'

import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useClusters, useJob, usePackages, usePlan } from '@/components/data/queries'
import { useWords } from '@/components/data/words'

type Crumb = { text: string; href?: string }

/** The way down to this page; all but the last are links. */
export function Crumbs() {
  const { say } = useWords()
  const [place = '', id, sub] = usePathname().split('/').filter(Boolean)
  return (
    <nav className="crumbs" aria-label={say('nav.where')}>
      {place === 'plans' && id ? (
        <OfPlan id={id} />
      ) : place === 'jobs' && id ? (
        <OfJob id={id} />
      ) : (
        <OfPlace place={place} id={id} sub={sub} />
      )}
    </nav>
  )
}

function OfPlace({ place, id, sub }: { place: string; id: string | undefined; sub: string | undefined }) {
  const { say, sayMaybe } = useWords()
  const name = sayMaybe(`nav.${place}`, place)
  if (place === 'adopt') return <Way crumbs={[{ text: say('nav.clusters'), href: '/clusters' }, { text: say('crumb.adopt') }]} />
  if (id === undefined) return <Way crumbs={[{ text: name }]} />
  if (place === 'packages') return <PackageCrumb id={id} />
  const text = place === 'clusters' && id === 'new' ? say('crumb.new') : decodeURIComponent(id)
  const own: Crumb[] = sub ? [{ text, href: `/${place}/${id}` }, { text: sayMaybe(`crumb.${sub}`, sub) }] : [{ text }]
  return <Way crumbs={[{ text: name, href: `/${place}` }, ...own]} />
}

/** A plan belongs to its cluster, which a deploy has not made yet. */
function OfPlan({ id }: { id: string }) {
  const { say, sayMaybe } = useWords()
  const plan = usePlan(id).data
  const clusters = useClusters().data
  const last: Crumb[] = plan
    ? [
        {
          text: plan.cluster,
          ...(clusters?.some((one) => one.name === plan.cluster) && { href: `/clusters/${encodeURIComponent(plan.cluster)}` }),
        },
        { text: sayMaybe(`crumb.${plan.operation}`, plan.operation) },
      ]
    : [{ text: '…' }]
  return <Way crumbs={[{ text: say('nav.clusters'), href: '/clusters' }, ...last]} />
}

function OfJob({ id }: { id: string }) {
  const { say } = useWords()
  const job = useJob(id).data
  return <Way crumbs={[{ text: say('nav.jobs'), href: '/jobs' }, { text: job ? `#${job.number} ${job.cluster}` : '…' }]} />
}

function PackageCrumb({ id }: { id: string }) {
  const { say } = useWords()
  const row = usePackages().data?.find(({ sha256 }) => sha256 === id)
  const text = id === 'hotfix' ? say('crumb.hotfix') : row ? `${row.component} ${row.version}` : id.slice(0, 12)
  return <Way crumbs={[{ text: say('nav.packages'), href: '/packages' }, { text }]} />
}

function Way({ crumbs }: { crumbs: readonly Crumb[] }) {
  return crumbs.map(({ text, href }, at) => (
    <span key={href ?? text} className="contents">
      {at > 0 ? <ChevronRight className="i i12 shrink-0" aria-hidden="true" /> : null}
      {at === crumbs.length - 1 ? (
        <span aria-current="page" className="tr">
          {text}
        </span>
      ) : href ? (
        <Link href={href} className="tr">
          {text}
        </Link>
      ) : (
        <span className="tr">{text}</span>
      )}
    </span>
  ))
}
