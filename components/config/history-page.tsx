'use client'

import Link from 'next/link'
import { useRevisions, useRevisionText } from '@/components/data/config-queries'
import { ErrorNote, Loaded } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { PageHead } from '@/components/layout/page-head'
import { WideTable } from '@/components/rolling/wide-table'
import { Banner } from '@/components/ui/banner'
import { ButtonLink } from '@/components/ui/button'
import { Status } from '@/components/ui/status-shape'
import { Time } from '@/components/ui/time'
import type { RevisionRow, RevisionsView } from '@/server/domain/api-config'
import { DiffView } from './diff-view'
import { NotApplied } from './not-applied'

/** Every revision of the topology: by whom, why, who runs it; any two side by side, and the way back to one. */
export function HistoryPage({ name }: { name: string }) {
  const { say } = useWords()
  const revisions = useRevisions(name)
  return (
    <Loaded query={revisions} columns={5} title={say('history.title', { cluster: name })}>
      {(view) => <Body name={name} view={view} />}
    </Loaded>
  )
}

function Body({ name, view }: { name: string; view: RevisionsView }) {
  const { say } = useWords()
  const url = useUrlState()
  const home = `/clusters/${encodeURIComponent(name)}`
  const b = Number(url.get('b')) || view.newest
  const a = Number(url.get('a')) || Math.max(1, b - 1)
  const saved = Number(url.get('saved'))
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <PageHead title={say('history.title', { cluster: name })} note={say('history.note')}>
        <ButtonLink href={`${home}/edit-config`}>{say('edit.open')}</ButtonLink>
      </PageHead>
      <div className="mt-3 empty:hidden">
        {saved > 0 && view.unapplied.length === 0 ? <Banner>{say('history.saved', { revision: saved })}</Banner> : null}
        <NotApplied cluster={name} newest={view.newest} unapplied={view.unapplied} />
      </div>
      <div className="scroll">
        <Rows name={name} view={view} a={a} b={b} onPick={(side, revision) => url.set({ [side]: String(revision) })} />
        <Compared name={name} a={a} b={b} />
      </div>
    </div>
  )
}

type RowsProps = { name: string; view: RevisionsView; a: number; b: number; onPick: (side: 'a' | 'b', revision: number) => void }

function Rows({ name, view, a, b, onPick }: RowsProps) {
  const { say } = useWords()
  const titles = [
    say('history.older'),
    say('history.newer'),
    say('history.revision'),
    say('history.what'),
    say('history.by'),
    say('history.at'),
  ]
  return (
    <WideTable>
      <table className="tb dense" aria-label={say('history.list')}>
        <thead>
          <tr>
            {[...titles, say('history.reason'), say('history.state'), ''].map((title, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the columns are fixed
              <th key={i} scope="col">
                {title === '' ? <span className="sr-only">{say('history.revert')}</span> : title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {view.revisions.map((row) => (
            <Row key={row.revision} name={name} view={view} row={row} picked={{ a, b }} onPick={onPick} />
          ))}
        </tbody>
      </table>
    </WideTable>
  )
}

type RowProps = { name: string; view: RevisionsView; row: RevisionRow; picked: { a: number; b: number }; onPick: RowsProps['onPick'] }

function Row({ name, view, row, picked, onPick }: RowProps) {
  const { say, sayMaybe } = useWords()
  const { revision } = row
  return (
    <tr>
      {(['a', 'b'] as const).map((side) => (
        <td key={side}>
          <input
            type="radio"
            name={`compare-${side}`}
            className="size-3.5 accent-(--accent)"
            aria-label={say(side === 'a' ? 'history.pick-older' : 'history.pick-newer', { revision })}
            checked={picked[side] === revision}
            onChange={() => onPick(side, revision)}
          />
        </td>
      ))}
      <td className="mono">r{revision}</td>
      <td>
        {row.jobId ? (
          <Link href={`/jobs/${row.jobId}`}>{sayMaybe(`revision.${row.kind}`, row.kind)}</Link>
        ) : (
          sayMaybe(`revision.${row.kind}`, row.kind)
        )}
      </td>
      <td>{row.by}</td>
      <td>
        <Time at={row.at} />
      </td>
      <td className="whitespace-normal!">{row.reason}</td>
      <td>
        <State view={view} revision={revision} />
      </td>
      <td>
        {revision === view.newest ? null : (
          <Link
            href={`/clusters/${encodeURIComponent(name)}/edit-config?from=${revision}`}
            aria-label={say('history.revert-to', { revision })}
          >
            {say('history.revert')}
          </Link>
        )}
      </td>
    </tr>
  )
}

function State({ view, revision }: { view: RevisionsView; revision: number }) {
  const { say } = useWords()
  const running = view.unapplied.filter((one) => one.revision === revision)
  if (revision === view.newest)
    return view.unapplied.length === 0 ? (
      <Status shape="done">{say('history.applied')}</Status>
    ) : (
      <Status shape="warn">{say('history.pending', { count: view.unapplied.length })}</Status>
    )
  if (running.length === 0) return null
  return (
    <span title={running.map(({ instance }) => instance).join(', ')}>
      <Status shape="warn">{say('history.runs-on', { count: running.length })}</Status>
    </span>
  )
}

function Compared({ name, a, b }: { name: string; a: number; b: number }) {
  const { say } = useWords()
  const [older, newer] = [useRevisionText(name, a), useRevisionText(name, b)]
  const title = say('history.compare', { a, b })
  return (
    <div className="border-(--line) border-t">
      <h2 className="pad py-2">{title}</h2>
      <div className="pad empty:hidden">
        <ErrorNote error={older.error ?? newer.error} />
      </div>
      {older.data && newer.data ? <DiffView before={older.data.yaml} after={newer.data.yaml} label={title} /> : null}
    </div>
  )
}
