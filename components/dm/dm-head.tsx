'use client'

import Link from 'next/link'
import { useWords } from '@/components/data/words'
import { PageHead } from '@/components/layout/page-head'
import { clusterPath } from './use-dm'

const places = ['sources', 'tasks', 'dmctl'] as const
export type DmPlace = (typeof places)[number]

/** The title of one of the three pages, its actions, and the way to the others. */
export function DmHead(props: { name: string; place: DmPlace; note?: React.ReactNode; children?: React.ReactNode }) {
  const { say } = useWords()
  const { name, place } = props
  return (
    <>
      <PageHead title={say(`dm.page.${place}`, { cluster: name })} note={props.note}>
        {props.children}
      </PageHead>
      <nav className="tabs" aria-label={say('dm.where')}>
        {places.map((one) => (
          <Link
            key={one}
            className="tab no-underline"
            href={`${clusterPath(name)}/${one}`}
            aria-current={one === place ? 'page' : undefined}
            style={one === place ? { color: 'var(--text)', fontWeight: 500, borderColor: 'var(--accent)' } : undefined}
          >
            {say(`dm.tab.${one}`)}
          </Link>
        ))}
      </nav>
    </>
  )
}
