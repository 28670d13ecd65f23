'use client'

import { useWords } from '@/components/data/words'
import { type Shape, Status } from '@/components/ui/status-shape'
import type { AuditRow } from '@/server/domain/api'

type Ended = Pick<AuditRow, 'phase' | 'result'>

export const resultShape = (row: Ended): Shape => {
  if (row.phase === 'intent') return 'todo'
  if (/^(ok|done|succeeded|success)/i.test(row.result)) return 'done'
  if (/refus|cancel/i.test(row.result)) return 'warn'
  return row.result === '' ? 'unknown' : 'bad'
}

/** How it ended, in one word: anything but a good end was refused or failed. */
export const resultOf = (row: Ended): 'done' | 'refused' | 'open' =>
  row.phase === 'intent' ? 'open' : resultShape(row) === 'done' ? 'done' : 'refused'

/** What was done, in words; an act that has none is shown as the records name it. */
export const useDeed = (): ((what: string) => string) => {
  const { sayMaybe } = useWords()
  return (what) => sayMaybe(`audit.deed.${what}`, sayMaybe(`op.${what}`, what))
}

/** `refused: usecases.plan-stale`: the end in words, its code as the records name it. */
export function Result({ row }: { row: Ended }) {
  const { say, sayMaybe } = useWords()
  if (row.phase === 'intent') return <Status shape={resultShape(row)}>{say('audit.phase.intent')}</Status>
  const [end = '', code] = row.result.split(': ')
  return (
    <span title={row.result}>
      <Status shape={resultShape(row)} detail={code ? <span className="mono">{code.replace(/^[a-z]+\./, '')}</span> : null}>
        {sayMaybe(`audit.end.${end}`, end || '–')}
      </Status>
    </span>
  )
}
