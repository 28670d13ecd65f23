import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { createGzip, type Gzip } from 'node:zlib'
import tar, { type Pack } from 'tar-stream'
import { AppError } from '@/server/domain/app-error'
import { canonical } from '@/server/domain/audit-chain'
import { type AuditEntry, auditHead, findAudit, listActs } from '@/server/store/audit'
import type { Db } from '@/server/store/database'
import { findJobRow } from '@/server/store/job-rows'
import { readJournal } from '@/server/store/journal'
import { findPlan, planText } from '@/server/store/plans'
import { audited, type Who } from './audited'
import { jobLog } from './read-jobs'
import { planCommands } from './read-plan'

type Piece = { name: string; text: () => AsyncGenerator<string> }

/**
 * All that is kept of an act, as tar.gz: its records, the plan in the text that was hashed, the commands, journal and log of its job, and
 * the head of the chain. Made while it is sent. Throws audit-unknown.
 */
export const exportEvidence = async (db: Db, who: Who, id: string): Promise<{ name: string; stream: Gzip }> => {
  const record = await findAudit(db, id)
  if (!record) throw new AppError('usecases.audit-unknown', 404)
  const deed = { what: 'download-evidence', command: 'dm-panel evidence', cluster: record.cluster ?? undefined, targets: [record.act] }
  const pieces = await audited(db, who, deed, () => piecesOf(db, record))
  const pack = tar.pack()
  const stream = pack.pipe(createGzip())
  fill(pack, pieces).catch((error: unknown) => {
    stream.destroy(error instanceof Error ? error : new Error(String(error)))
  })
  return { name: `evidence-${record.act}.tar.gz`, stream }
}

const piecesOf = async (db: Db, record: AuditEntry): Promise<Piece[]> => {
  const records = await listActs(db, record.act)
  const head = await auditHead(db)
  const jobId = records.find((one) => one.jobId !== null)?.jobId
  const job = jobId ? await findJobRow(db, jobId) : undefined
  const pieces = [
    piece('records.jsonl', `${records.map((one) => canonical(one)).join('\n')}\n`),
    piece('chain-head.json', `${canonical(head)}\n`),
  ]
  if (!job) return pieces
  const plan = await findPlan(db, job.planId)
  const commands = await planCommands(db, job.planId)
  const entries = (await readJournal(db, job.id, 0, 1)).length
  return [
    ...pieces,
    piece('job.json', `${canonical(job)}\n`),
    piece('plan.json', (await planText(db, job.planId)) ?? ''),
    piece('plan.sha256', `${plan?.hash ?? ''}  plan.json\n`),
    piece('commands.jsonl', commands.map((one) => `${canonical(one)}\n`).join('')),
    ...(entries === 0
      ? []
      : [
          { name: 'journal.jsonl', text: () => journalLines(db, job.id) },
          { name: 'log.txt', text: () => jobLog(db, job.id) },
        ]),
  ]
}

const piece = (name: string, text: string): Piece => ({
  name,
  text: async function* () {
    yield text
  },
})

async function* journalLines(db: Db, jobId: string): AsyncGenerator<string> {
  for (let after = 0; ; ) {
    const entries = await readJournal(db, jobId, after, 1000)
    for (const entry of entries) {
      after = entry.seq
      yield `${canonical(entry)}\n`
    }
    if (entries.length < 1000) return
  }
}

/** A tar names the size before the content: each text is made twice, counted and then sent. What was added meanwhile is left out. */
const fill = async (pack: Pack, pieces: readonly Piece[]): Promise<void> => {
  for (const { name, text } of pieces) {
    let size = 0
    for await (const part of text()) size += Buffer.byteLength(part)
    const entry = pack.entry({ name, size, mode: 0o644 })
    let left = size
    for await (const part of text()) {
      const bytes = Buffer.from(part).subarray(0, left)
      left -= bytes.length
      if (bytes.length > 0 && !entry.write(bytes)) await once(entry, 'drain')
      if (left === 0) break
    }
    entry.end(null)
  }
  pack.finalize()
}
