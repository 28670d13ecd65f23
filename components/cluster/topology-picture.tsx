'use client'

import { clsx } from 'clsx'
import { useEffect, useRef, useState } from 'react'
import { useWords } from '@/components/data/words'
import { Status } from '@/components/ui/status-shape'
import type { ClusterDetail } from '@/server/domain/api'
import type { Row } from './display-table'
import { statusShape } from './shapes'

type Arrow = { from: string; to: string; kind: 'schedules' | 'serves' }
type Props = { cluster: ClusterDetail; selected: string | null; onOpen: (row: Row) => void }

const sourceKey = (source: string): string => `source ${source}`

/**
 * Masters, the workers that the leader schedules, and the source that each worker serves. Nodes are buttons in reading order;
 * the table of the overview has the same data.
 */
export function TopologyPicture({ cluster, selected, onOpen }: Props) {
  const { say } = useWords()
  const rows = cluster.status?.rows ?? []
  const masters = rows.filter((row) => row.role === 'dm-master')
  const workers = rows.filter((row) => row.role === 'dm-worker')
  const others = rows.filter((row) => !row.role.startsWith('dm-'))
  const leader = masters.find((row) => row.status.value.endsWith('|L'))
  const arrows: Arrow[] = workers.flatMap((row) => [
    ...(leader ? [{ from: leader.id, to: row.id, kind: 'schedules' as const }] : []),
    ...(row.source ? [{ from: row.id, to: sourceKey(row.source), kind: 'serves' as const }] : []),
  ])
  const box = useRef<HTMLDivElement>(null)
  if (rows.length === 0) return <p className="pad t3 py-4">{say('cluster.no-status')}</p>
  const node = (row: Row) => <Node key={row.id} row={row} on={row.id === selected} onOpen={onOpen} />
  return (
    <div className="scroll pad py-4">
      <div ref={box} className="picture">
        <Arrows arrows={arrows} box={box} lit={selected} />
        <Column title={`${say('topology.masters')} ${masters.length}`}>{masters.map(node)}</Column>
        <Column title={`${say('topology.workers')} ${workers.length}`}>{workers.map(node)}</Column>
        <Column title={`${say('topology.sources')} ${workers.filter((row) => row.source).length}`}>
          {workers.map((row) =>
            row.source ? (
              <div key={row.id} data-node={sourceKey(row.source)} className={clsx('node plain', row.id === selected && 'on')}>
                <span className="mono b">{row.source}</span>
                <span className="t3 sm">{say('topology.served-by', { worker: row.id })}</span>
              </div>
            ) : null,
          )}
          {workers.every((row) => !row.source) ? <p className="t3 sm">{say('topology.no-source')}</p> : null}
        </Column>
        <Column title={`${say('cluster.monitoring')} ${others.length}`}>{others.map(node)}</Column>
      </div>
      <p className="t3 sm mt-4">{say('topology.legend')}</p>
    </div>
  )
}

function Column({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section>
      <h2 className="lab mb-2">{title}</h2>
      <div className="flex flex-col gap-2">{children}</div>
    </section>
  )
}

function Node({ row, on, onOpen }: { row: Row; on: boolean; onOpen: (row: Row) => void }) {
  return (
    <button type="button" data-node={row.id} aria-pressed={on} className={clsx('node', on && 'on')} onClick={() => onOpen(row)}>
      <span className="mono b tr">{row.id}</span>
      <span className="row sm">
        <Status shape={statusShape(row.status.value)}>{row.status.value}</Status>
        {row.role.startsWith('dm-') ? null : <span className="t3 tr">{row.role}</span>}
      </span>
    </button>
  )
}

type Line = Arrow & { path: string }

/** Lines between the boxes as they lie; drawn again when the picture changes its size. Decoration: the words beside it say the same. */
function Arrows({ arrows, box, lit }: { arrows: readonly Arrow[]; box: React.RefObject<HTMLDivElement | null>; lit: string | null }) {
  const [lines, setLines] = useState<readonly Line[]>([])
  const key = JSON.stringify(arrows)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the arrows
  useEffect(() => {
    const frame = box.current
    if (!frame) return
    const draw = (): void => setLines(linesIn(frame, arrows))
    draw()
    const watch = new ResizeObserver(draw)
    watch.observe(frame)
    return () => watch.disconnect()
  }, [key, box])
  return (
    <svg className="arrows" aria-hidden="true">
      {lines.map(({ from, to, kind, path }) => (
        <g key={`${from} ${to}`} className={clsx(kind, (lit === from || lit === to) && 'lit')}>
          <path d={path} />
          <path d={headOf(path)} />
        </g>
      ))}
    </svg>
  )
}

const linesIn = (frame: HTMLElement, arrows: readonly Arrow[]): Line[] => {
  const zero = frame.getBoundingClientRect()
  const place = (name: string): DOMRect | undefined => frame.querySelector(`[data-node="${CSS.escape(name)}"]`)?.getBoundingClientRect()
  return arrows.flatMap((arrow) => {
    const from = place(arrow.from)
    const to = place(arrow.to)
    if (!from || !to || to.left < from.right) return [] // one below the other, as on a phone: the words must do
    const [x1, y1] = [from.right - zero.left + 2, from.top - zero.top + from.height / 2]
    const [x2, y2] = [to.left - zero.left - 3, to.top - zero.top + to.height / 2]
    const middle = (x1 + x2) / 2
    return [{ ...arrow, path: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}` }]
  })
}

/** The two strokes of an arrow's head at the end of its path. */
const headOf = (path: string): string => {
  const [x = 0, y = 0] = (/(\S+) (\S+)$/.exec(path)?.slice(1) ?? []).map(Number)
  return `M${x - 5} ${y - 4}L${x} ${y}L${x - 5} ${y + 4}`
}
