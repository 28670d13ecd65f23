import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createGzip, type Gzip } from 'node:zlib'
import tar, { type Pack } from 'tar-stream'
import type { JobRow } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { canonical } from '@/server/domain/audit-chain'
import { stepsOf } from '@/server/domain/plan'
import { type AuditEntry, auditHead, findAudit, listActs, listActsOfJob } from '@/server/store/audit'
import type { Db } from '@/server/store/database'
import { listHostsSeen } from '@/server/store/hosts-seen'
import { findJobRow } from '@/server/store/job-rows'
import { readJournal } from '@/server/store/journal'
import { readLedger } from '@/server/store/ledger'
import { findPlan, planText } from '@/server/store/plans'
import { audited, type Who } from './audited'
import { demandJob, jobLog } from './read-jobs'
import { planBlob, planCommands } from './read-plan'

type Piece = { name: string; text: () => AsyncGenerator<string> }

/**
 * All that is kept of an act, as tar.gz: its records, the plan in the text that was hashed, the commands, journal and log of its job, and
 * the head of the chain. Made while it is sent. Throws audit-unknown.
 */
export const exportEvidence = async (db: Db, who: Who, id: string): Promise<{ name: string; stream: Gzip }> => {
  const record = await findAudit(db, id)
  if (!record) throw new AppError('usecases.audit-unknown', 404)
  const deed = { what: 'download-evidence', command: 'dm-panel evidence', cluster: record.cluster ?? undefined, targets: [record.act] }
  return packed(`evidence-${record.act}.tar.gz`, await audited(db, who, deed, () => piecesOf(db, record)))
}

/**
 * All that is kept of a job, as tar.gz: the records of every act on it (start, answers, cancel, break-ins), its plan, commands, files as
 * they were written (secrets masked), journal, log, what was last seen of its hosts, programs that it installed, and a manifest with
 * each file's sha256. Throws job-unknown.
 */
export const exportJobEvidence = async (db: Db, who: Who, idOrNumber: string): Promise<{ name: string; stream: Gzip }> => {
  const job = await demandJob(db, idOrNumber)
  const deed = {
    what: 'download-evidence',
    command: 'dm-panel evidence',
    cluster: job.cluster,
    jobId: job.id,
    targets: [`job ${job.number}`],
  }
  const pieces = await audited(db, who, deed, async () => [
    piece('records.jsonl', (await listActsOfJob(db, job.id)).map((one) => `${canonical(one)}\n`).join('')),
    piece('chain-head.json', `${canonical(await auditHead(db))}\n`),
    ...(await ofJob(db, job)),
    ...(await aroundJob(db, job)),
  ])
  return packed(`evidence-job-${job.number}.tar.gz`, pieces)
}

const packed = (name: string, pieces: readonly Piece[]): { name: string; stream: Gzip } => {
  const pack = tar.pack()
  const stream = pack.pipe(createGzip())
  fill(pack, pieces).catch((error: unknown) => {
    stream.destroy(error instanceof Error ? error : new Error(String(error)))
  })
  return { name, stream }
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
  return job ? [...pieces, ...(await ofJob(db, job))] : pieces
}

/** What was planned and what came of it. */
const ofJob = async (db: Db, job: JobRow): Promise<Piece[]> => {
  const plan = await findPlan(db, job.planId)
  const commands = await planCommands(db, job.planId)
  const entries = (await readJournal(db, job.id, 0, 1)).length
  return [
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

/** Files as they were to lie on hosts, what the hosts are, and which programs the job put where. */
const aroundJob = async (db: Db, job: JobRow): Promise<Piece[]> => {
  const plan = (await findPlan(db, job.planId))?.document
  if (!plan) return []
  const files = [...new Set(stepsOf(plan).flatMap((step) => (step.kind === 'file' ? [step.content.sha256] : [])))]
  const addresses = Object.values(plan.hosts).map(({ address }) => address)
  const hosts = (await listHostsSeen(db, addresses)).map(({ address, port, at, error, facts, factsAt }) => ({
    ...{ address, port, at: at.toISOString(), error, facts, factsAt: factsAt?.toISOString() ?? null },
  }))
  const ledger = (await readLedger(db, job.cluster)).filter(({ jobId }) => jobId === job.id)
  return [
    piece('hosts.jsonl', hosts.map((one) => `${canonical(one)}\n`).join('')),
    piece('ledger.jsonl', ledger.map((one) => `${canonical(one)}\n`).join('')),
    ...files.map((sha256) => ({ name: `files/${sha256}`, text: () => fileText(db, job.planId, sha256) })),
  ]
}

async function* fileText(db: Db, planId: string, sha256: string): AsyncGenerator<string> {
  yield (await planBlob(db, planId, sha256)).text
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

/**
 * A tar names the size before the content: each text is made twice, counted and then sent. What was added meanwhile is left out. Last
 * the hashes of all others, in the form of sha256sum.
 */
const fill = async (pack: Pack, pieces: readonly Piece[]): Promise<void> => {
  const hashes: string[] = []
  const manifest: Piece = {
    name: 'MANIFEST.sha256',
    text: async function* () {
      yield hashes.join('')
    },
  }
  for (const { name, text } of [...pieces, manifest]) {
    let size = 0
    for await (const part of text()) size += Buffer.byteLength(part)
    const entry = pack.entry({ name, size, mode: 0o644 })
    const hash = createHash('sha256')
    let left = size
    for await (const part of text()) {
      const bytes = Buffer.from(part).subarray(0, left)
      left -= bytes.length
      hash.update(bytes)
      if (bytes.length > 0 && !entry.write(bytes)) await once(entry, 'drain')
      if (left === 0) break
    }
    entry.end(null)
    if (name !== manifest.name) hashes.push(`${hash.digest('hex')}  ${name}\n`)
  }
  pack.finalize()
}
