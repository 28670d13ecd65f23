import { type AuditHead, canonical, type SealedRecord } from '@/server/domain/audit-chain'
import { csvCell } from '@/server/domain/topology/display-text'
import { sealedRecords } from '@/server/store/audit'
import type { Db } from '@/server/store/database'

export const exportTypes = {
  jsonl: { ending: 'jsonl', type: 'application/x-ndjson' },
  csv: { ending: 'csv', type: 'text/csv; charset=utf-8' },
  text: { ending: 'txt', type: 'text/plain; charset=utf-8' },
} as const
export type ExportFormat = keyof typeof exportTypes
export type ExportRange = { since?: Date | undefined; until?: Date | undefined; id?: string | undefined }

const columns = [
  'number',
  'id',
  'phase',
  'act',
  'at',
  'actor',
  'from',
  'what',
  'command',
  'cluster',
  'planHash',
  'jobId',
  'targets',
  'result',
  'detail',
  'hash',
  'mac',
] as const

/** Sealed records in chain order. The head is the last line of JSONL and text, and the last row of CSV. */
export async function* exportAudit(db: Db, format: ExportFormat, range: ExportRange, head: AuditHead): AsyncGenerator<string> {
  if (format === 'csv') yield `${columns.join(',')}\r\n`
  const { since, until, id } = range
  for await (const record of sealedRecords(db, { ...(since && { since }), ...(until && { until }) })) {
    if (record.number > head.number) break
    if (id === undefined || record.id === id || record.act === id) yield lineOf(format, record)
  }
  if (format === 'jsonl') yield `${canonical({ head, complete: !since && !until && id === undefined })}\n`
  if (format === 'csv') yield `${[String(head.number), 'head', ...columns.slice(2, -1).map(() => ''), head.mac].map(csvCell).join(',')}\r\n`
  if (format === 'text') yield `head ${head.number} ${head.mac}\n`
}

const lineOf = (format: ExportFormat, record: SealedRecord): string => {
  if (format === 'jsonl') return `${canonical(record)}\n`
  if (format === 'csv') return `${columns.map((column) => csvCell(cellText(record[column]))).join(',')}\r\n`
  const { number, at, phase, actor, from, command, result } = record
  return `${number}\t${record.id}\t${at}\t${phase}\t${actor}\t${from}\t${command.replace(/[\t\n]/g, ' ')}\t${result}\n`
}

const cellText = (value: unknown): string =>
  value === null || value === undefined ? '' : typeof value === 'object' ? canonical(value) : String(value)
