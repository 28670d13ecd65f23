import type { Entry } from '@/server/domain/journal'
import type { StepId } from '@/server/domain/step'

/** One line of a job's log. `number` is stable: the n-th line of the whole job, from 1, so a link to it stays good. */
export type LogLine = {
  number: number
  at: string
  step: StepId | undefined
  kind: 'head' | 'out' | 'err' | 'note' | 'bad' | 'good'
  text: string
  /** Of lines that belong to a lane and to no step of it, such as its gate. */
  lane?: string
  /** The line before it is of another step: it must say where it comes from. */
  switched?: true
  /** Words to show instead of `text`, for lines that the panel itself says. */
  word?: { word: string; params?: Record<string, string | number> }
}

/** What lines still hang on: an output that has not ended its line, by step and stream. */
export type LogFold = { lines: LogLine[]; open: Record<string, number> }

export const emptyLog = (): LogFold => ({ lines: [], open: {} })

/** Adds one journal entry to the log, in place: a log of 100,000 lines is not copied for each new one. */
export const addEntry = (log: LogFold, entry: Entry): void => {
  if (entry.kind === 'output') addOutput(log, entry)
  else
    for (const line of said(entry))
      push(log, { ...line, at: entry.at, step: entry.step, ...(entry.step === undefined && entry.lane && { lane: entry.lane }) })
}

const push = (log: LogFold, line: Omit<LogLine, 'number'>): number => {
  const before = log.lines.at(-1)
  const switched = line.kind !== 'head' && line.step !== undefined && line.step !== before?.step
  return log.lines.push({ ...line, number: log.lines.length + 1, ...(switched && { switched }) }) - 1
}

const addOutput = (log: LogFold, entry: Extract<Entry, { kind: 'output' }>): void => {
  const key = `${entry.step ?? ''} ${entry.stream}`
  const kind = entry.stream === 'stdout' ? 'out' : entry.stream === 'stderr' ? 'err' : 'note'
  const pieces = entry.text.split('\n')
  const last = pieces.pop() ?? ''
  for (const piece of pieces) complete(log, key, { at: entry.at, step: entry.step, kind, text: piece })
  if (last !== '') hold(log, key, { at: entry.at, step: entry.step, kind, text: last })
}

const complete = (log: LogFold, key: string, line: Omit<LogLine, 'number'>): void => {
  hold(log, key, line)
  delete log.open[key]
}

const hold = (log: LogFold, key: string, line: Omit<LogLine, 'number'>): void => {
  const at = log.open[key]
  const before = at === undefined ? undefined : log.lines[at]
  if (at !== undefined && before) log.lines[at] = { ...before, text: before.text + line.text }
  else log.open[key] = push(log, line)
}

type Said = Omit<LogLine, 'number' | 'at' | 'step'>

/** What the panel says of an entry; the words are shown in the reader's language. */
const said = (entry: Entry): Said[] => {
  switch (entry.kind) {
    case 'claimed':
      return [note(entry.resumed ? 'log.resumed' : 'log.claimed', { runner: entry.runner, attempt: entry.attempt })]
    case 'started':
      return [{ kind: 'head', text: entry.step ?? '' }]
    case 'done':
      return [{ kind: 'good', text: '', word: { word: 'log.done', params: { seconds: (entry.durationMs / 1000).toFixed(1) } } }]
    case 'already':
      return [{ kind: 'head', text: entry.step ?? '' }, note('log.already')]
    case 'failed':
      return [
        bad('log.failed', { expected: entry.expected, seen: entry.seen }),
        ...entry.tails.flatMap((tail) => [
          note('log.tail', { file: tail.file, count: tail.lines.length }),
          ...tail.lines.map((text): Said => ({ kind: 'bad', text })),
        ]),
      ]
    case 'skipped':
      return [note('log.skipped', { by: entry.by, reason: entry.reason })]
    case 'gate-passed':
      return [{ kind: 'good', text: '', word: { word: 'log.gate-passed' } }]
    case 'gate-waived':
      return [note('log.gate-waived', { by: entry.by, reason: entry.reason })]
    case 'question':
      return [entry.question.about === 'pause' ? note('log.question.pause') : bad(`log.question.${entry.question.about}`)]
    case 'answered':
      return [note(`log.answered.${entry.choice}`, { by: entry.by, reason: entry.reason })]
    case 'pause-requested':
      return [note('log.pause-requested', { by: entry.by })]
    case 'cancel-requested':
      return [note('log.cancel-requested', { by: entry.by })]
    case 'waive-requested':
      return [note('log.waive-requested', { by: entry.by, reason: entry.reason })]
    case 'break-in-requested':
      return [note('log.break-in-requested', { by: entry.by, verb: entry.verb, instance: entry.instance, reason: entry.reason })]
    case 'break-in-ended':
      return [entry.done ? { kind: 'good', text: entry.seen } : { kind: 'bad', text: entry.seen }]
    case 'ended':
      return [
        entry.state === 'succeeded' ? { kind: 'good', text: '', word: { word: 'log.ended.succeeded' } } : bad(`log.ended.${entry.state}`),
      ]
    default:
      return []
  }
}

const note = (word: string, params?: Record<string, string | number>): Said => ({
  kind: 'note',
  text: '',
  word: { word, ...(params ? { params } : {}) },
})
const bad = (word: string, params?: Record<string, string | number>): Said => ({
  kind: 'bad',
  text: '',
  word: { word, ...(params ? { params } : {}) },
})
