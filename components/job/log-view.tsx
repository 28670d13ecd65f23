'use client'

import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDownToLine, Clock, Download, WrapText } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { StepId } from '@/server/domain/step'
import type { LogLine } from './log-lines'
import { type AnsiColor, ansiPieces, findLines } from './log-search'

export type LogViewProps = {
  lines: readonly LogLine[]
  /** Changes whenever `lines` grew: the list itself is one long array that is added to. */
  version: number
  shownText: (line: LogLine) => string
  say: (word: string, params?: Record<string, string | number>) => string
  selected?: StepId | undefined
  onSelect: (step: StepId | undefined) => void
  downloadHref: string
  /** Line number from the address, scrolled to once. */
  goTo?: number | undefined
}

const rowPx = 20

/** The log of a job: virtual rows, search, links to lines, follow. Nothing is cut. */
export function LogView({ lines, version, shownText, say, selected, onSelect, downloadHref, goTo }: LogViewProps) {
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const [wrap, setWrap] = useState(false)
  const [times, setTimes] = useState(true)
  const scroller = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` stands for the growth of `lines`
  const shown = useMemo(() => (selected ? lines.filter((line) => line.step === selected) : lines), [lines, selected, version])
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` stands for the growth of `lines`
  const found = useMemo(() => findLines(shown, query, shownText), [shown, query, shownText, version])
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 30,
  })
  const follow = useFollow(scroller, shown.length, () => rows.scrollToIndex(shown.length - 1, { align: 'end' }))

  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the address names another line
  useEffect(() => {
    const index = goTo === undefined ? -1 : shown.findIndex((line) => line.number === goTo)
    if (index >= 0) rows.scrollToIndex(index, { align: 'center' })
  }, [goTo])

  const jump = (step: 1 | -1) => {
    if (found.length === 0) return
    const next = (at + step + found.length) % found.length
    setAt(next)
    follow.set(false)
    rows.scrollToIndex(found[next] ?? 0, { align: 'center' })
  }

  return (
    <section aria-label={say('log.title')} className="flex min-h-0 flex-1 flex-col bg-(--log-bg)">
      <div className="flex h-11 shrink-0 items-center gap-2 border-(--line) border-b px-4">
        <input
          type="search"
          value={query}
          aria-label={say('log.find')}
          placeholder={say('log.find')}
          onChange={(event) => {
            setQuery(event.target.value)
            setAt(0)
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') jump(event.shiftKey ? -1 : 1)
          }}
          className="h-7 w-44 min-w-0 rounded-[5px] border border-(--line-control) bg-(--bg) px-2 text-[12px] text-(--text)"
        />
        <span className="text-(--text-3) text-[11px] tabular-nums" aria-live="polite">
          {query.trim() === '' ? '' : found.length === 0 ? say('log.nothing-found') : say('log.found', { at: at + 1, count: found.length })}
        </span>
        <span className="ml-auto truncate text-(--text-3) text-[12px] tabular-nums max-md:hidden">
          {say('log.lines', { count: shown.length })}
        </span>
        <Toggle on={times} set={setTimes} label={say('log.time')} icon={<Clock size={14} />} />
        <Toggle on={wrap} set={setWrap} label={say('log.wrap')} icon={<WrapText size={14} />} />
        <Toggle on={follow.on} set={follow.set} label={say('log.follow')} icon={<ArrowDownToLine size={14} />} />
        <a href={downloadHref} download aria-label={say('log.download')} title={say('log.download')} className="p-1 text-(--text-2)">
          <Download size={14} />
        </a>
      </div>
      <div
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={say('log.title')}
        className="relative min-h-0 flex-1 overflow-auto"
      >
        {shown.length === 0 && <p className="p-4 text-(--text-3) text-[13px]">{say('log.empty')}</p>}
        <div style={{ height: rows.getTotalSize() }} className="relative min-w-full">
          {rows.getVirtualItems().map((item) => {
            const line = shown[item.index]
            return line ? (
              <div
                key={item.key}
                data-index={item.index}
                ref={wrap ? rows.measureElement : undefined}
                style={{ transform: `translateY(${item.start}px)` }}
                className={`absolute top-0 left-0 flex min-w-full ${toneOf(line, found[at] === item.index)}`}
              >
                <LogRow line={line} text={shownText(line)} times={times} wrap={wrap} onSelect={onSelect} />
              </div>
            ) : null
          })}
        </div>
      </div>
      {follow.missed > 0 && (
        <button
          type="button"
          onClick={() => follow.set(true)}
          className="absolute right-6 bottom-4 rounded-[5px] bg-(--accent) px-3 py-1 text-(--on-accent) text-[12px]"
        >
          {say('log.new-lines', { count: follow.missed })}
        </button>
      )}
    </section>
  )
}

type RowProps = { line: LogLine; text: string; times: boolean; wrap: boolean; onSelect: (step: StepId | undefined) => void }

function LogRow({ line, text, times, wrap, onSelect }: RowProps) {
  return (
    <>
      <a
        id={`L${line.number}`}
        href={`#L${line.number}`}
        className="w-14 shrink-0 select-none pr-3 text-right font-mono text-(--ansi-dim) text-[12px] leading-5"
      >
        {line.number}
      </a>
      {times && (
        <span className="w-[74px] shrink-0 select-none font-mono text-(--ansi-dim) text-[12px] leading-5">{line.at.slice(11, 19)}</span>
      )}
      {line.kind === 'head' ? (
        <button
          type="button"
          onClick={() => onSelect(line.step)}
          className="whitespace-pre text-left font-mono font-semibold text-(--text) text-[12px] leading-5"
        >
          {text}
        </button>
      ) : (
        <span className={`font-mono text-[12px] leading-5 ${wrap ? 'whitespace-pre-wrap break-all' : 'whitespace-pre'}`}>
          {ansiPieces(text).map((piece, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one immutable line
            <span key={index} className={`${piece.color ? colorClass[piece.color] : ''} ${piece.bold ? 'font-semibold' : ''}`}>
              {piece.text}
            </span>
          ))}
        </span>
      )}
    </>
  )
}

const colorClass: Record<AnsiColor, string> = {
  red: 'text-(--ansi-red)',
  green: 'text-(--ansi-green)',
  yellow: 'text-(--ansi-yellow)',
  blue: 'text-(--ansi-blue)',
  magenta: 'text-(--ansi-magenta)',
  cyan: 'text-(--ansi-cyan)',
  dim: 'text-(--ansi-dim)',
}

const toneOf = (line: LogLine, current: boolean): string => {
  if (current) return 'bg-(--warn-bg) text-(--text)'
  switch (line.kind) {
    case 'bad':
      return 'bg-(--bad-bg) text-(--bad)'
    case 'good':
      return 'text-(--ansi-green)'
    case 'note':
      return 'text-(--ansi-dim)'
    default:
      return 'text-(--text)'
  }
}

function Toggle({ on, set, label, icon }: { on: boolean; set: (on: boolean) => void; label: string; icon: React.ReactNode }) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={() => set(!on)}
      className={`flex h-7 items-center gap-1 rounded-[5px] border border-(--line-strong) px-2 text-[12px] ${on ? 'bg-(--bg-press) text-(--text)' : 'text-(--text-2)'}`}
    >
      {icon}
      <span className="max-lg:sr-only">{label}</span>
    </button>
  )
}

/** Follows the end until the reader scrolls up; then counts what came meanwhile. */
function useFollow(scroller: React.RefObject<HTMLDivElement | null>, count: number, toEnd: () => void) {
  const [on, set] = useState(true)
  const [since, setSince] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when lines came or following was switched on
  useEffect(() => {
    if (on && count > 0) toEnd()
  }, [on, count])
  useEffect(() => {
    const element = scroller.current
    if (!element) return
    const up = (event: WheelEvent) => {
      if (event.deltaY < 0) stop()
    }
    const key = (event: KeyboardEvent) => {
      if (['ArrowUp', 'PageUp', 'Home'].includes(event.key)) stop()
    }
    const stop = () => {
      set(false)
      setSince(count)
    }
    element.addEventListener('wheel', up)
    element.addEventListener('keydown', key)
    return () => {
      element.removeEventListener('wheel', up)
      element.removeEventListener('keydown', key)
    }
  }, [scroller, count])
  return { on, set, missed: on ? 0 : Math.max(0, count - since) }
}
