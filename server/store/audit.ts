import { randomUUID } from 'node:crypto'
import { type AuditBody, type AuditHead, emptyHead, type SealedRecord, seal } from '@/server/domain/audit-chain'
import { type Db, retryBusy, type Tx } from './database'
import { formerNames } from './former-names'
import { readSetting, writeSetting } from './settings'

export type NewAudit = {
  phase: 'intent' | 'outcome'
  act: string
  actor: string
  from: string
  what: string
  command: string
  cluster?: string | undefined
  planHash?: string | undefined
  jobId?: string | undefined
  targets?: readonly string[] | undefined
  result?: string | undefined
  detail?: AuditBody['detail'] | undefined
}

/** Appends a record; durable when it resolves. The runner's sealer numbers it within a second. */
export const appendAudit = async (db: Db | Tx, record: NewAudit, at: Date = new Date()): Promise<string> => {
  const id = randomUUID()
  const { phase, act, actor, from, what, command } = record
  await db.auditRecord.create({
    data: {
      ...{ id, phase, act, at, actor, from, what, command },
      cluster: record.cluster ?? null,
      planHash: record.planHash ?? null,
      jobId: record.jobId ?? null,
      targets: JSON.stringify(record.targets ?? []),
      result: record.result ?? '',
      detail: JSON.stringify(record.detail ?? {}),
    },
  })
  return id
}

/** Numbers and chains what is not sealed yet, oldest first. Runs in the runner only; resolves with how many were sealed. */
export const sealAudit = (db: Db, macKey: Uint8Array): Promise<number> =>
  retryBusy(async () => {
    if ((await db.auditRecord.count({ where: { number: null } })) === 0) return 0
    return db.$transaction(async (tx) => {
      const head = await auditHead(tx)
      const open = await tx.auditRecord.findMany({ where: { number: null }, orderBy: [{ at: 'asc' }, { id: 'asc' }], take: 500 })
      const sealed = seal(macKey, head, open.map(bodyOf))
      for (const { id, number, hash, mac } of sealed) {
        await tx.auditRecord.updateMany({ where: { id, number: null }, data: { number, hash, mac } })
      }
      const last = sealed.at(-1)
      if (last) await writeSetting(tx, 'audit.head', JSON.stringify({ number: last.number, mac: last.mac }))
      return sealed.length
    })
  })

/** Number and MAC of the newest sealed record. */
export const auditHead = async (db: Db | Tx): Promise<AuditHead> => {
  const text = await readSetting(db, 'audit.head')
  return text === undefined ? emptyHead : (JSON.parse(text) as AuditHead) // written by sealAudit only
}

export type AuditFilter = {
  search?: string | undefined
  actor?: string | undefined
  cluster?: string | undefined
  what?: string | undefined
  phase?: string | undefined
  since?: Date | undefined
  until?: Date | undefined
  jobId?: string | undefined
}
export type AuditEntry = AuditBody & { number: number | null; hash: string | null; mac: string | null }

/** Newest first. `before`: id of the last record of the former page. */
export const listAudit = async (
  db: Db,
  filter: AuditFilter,
  page: { limit: number; before?: string | undefined },
): Promise<AuditEntry[]> => {
  const rows = await db.auditRecord.findMany({
    where: { ...whereOf(filter), ...(await ofCluster(db, filter.cluster)) },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: page.limit,
    ...(page.before === undefined ? {} : { cursor: { id: page.before }, skip: 1 }),
  })
  return rows.map(entryOf)
}

/** Sealed records in chain order, in portions; for downloads and verification. */
export async function* sealedRecords(
  db: Db,
  range: { fromNumber?: number; since?: Date; until?: Date } = {},
): AsyncGenerator<SealedRecord> {
  let after = (range.fromNumber ?? 1) - 1
  for (;;) {
    const rows = await db.auditRecord.findMany({
      where: { number: { gt: after }, ...whereOf({ since: range.since, until: range.until }) },
      orderBy: { number: 'asc' },
      take: 500,
    })
    for (const row of rows) {
      const entry = entryOf(row)
      const { number, hash, mac } = entry
      if (number === null) continue
      after = number
      yield { ...entry, number, hash: hash ?? '', mac: mac ?? '' }
    }
    if (rows.length < 500) return
  }
}

/** Records that nobody sealed although they are older than `before`: a finding. */
export const unsealedBefore = async (db: Db, before: Date): Promise<AuditEntry[]> =>
  (await db.auditRecord.findMany({ where: { number: null, at: { lt: before } }, orderBy: { at: 'asc' } })).map(entryOf)

export const findAudit = async (db: Db, id: string): Promise<AuditEntry | undefined> => {
  const row = await db.auditRecord.findUnique({ where: { id } })
  return row ? entryOf(row) : undefined
}

/** Intent and outcome of an act, oldest first. */
export const listActs = async (db: Db, act: string): Promise<AuditEntry[]> =>
  (await db.auditRecord.findMany({ where: { act }, orderBy: [{ at: 'asc' }, { id: 'asc' }] })).map(entryOf)

/** Every act on a job, oldest first. */
export const listActsOfJob = async (db: Db, jobId: string): Promise<AuditEntry[]> =>
  (await db.auditRecord.findMany({ where: { jobId }, orderBy: [{ at: 'asc' }, { id: 'asc' }] })).map(entryOf)

/** Under its name of now, and under its former ones until they ended: records are chained and are not rewritten. */
const ofCluster = async (db: Db, cluster: string | undefined) => {
  if (!cluster) return {}
  const former = await formerNames(db, cluster)
  return { AND: [{ OR: [{ cluster }, ...former.map(({ name, until }) => ({ cluster: name, at: { lte: until } }))] }] }
}

const whereOf = (filter: AuditFilter) => {
  const at = { ...(filter.since ? { gte: filter.since } : {}), ...(filter.until ? { lt: filter.until } : {}) }
  const anywhere = (text: string) =>
    (['command', 'actor', 'what', 'cluster', 'targets', 'result', 'id', 'act'] as const).map((field) => ({ [field]: { contains: text } }))
  return {
    ...(filter.actor ? { actor: { contains: filter.actor } } : {}),
    ...(filter.what ? { what: filter.what } : {}),
    ...(filter.phase ? { phase: filter.phase } : {}),
    ...(filter.jobId ? { jobId: filter.jobId } : {}),
    ...(filter.since || filter.until ? { at } : {}),
    ...(filter.search ? { OR: anywhere(filter.search) } : {}),
  }
}

type Stored = Awaited<ReturnType<Db['auditRecord']['findUniqueOrThrow']>>

const bodyOf = (row: Stored): AuditBody => ({
  id: row.id,
  phase: row.phase === 'intent' ? 'intent' : 'outcome',
  act: row.act,
  at: row.at.toISOString(),
  actor: row.actor,
  from: row.from,
  what: row.what,
  command: row.command,
  cluster: row.cluster,
  planHash: row.planHash,
  jobId: row.jobId,
  targets: parsed(row.targets, isTexts) ?? [row.targets],
  result: row.result,
  detail: parsed(row.detail, isFlat) ?? { unreadable: row.detail },
})

/** A cell that was changed past the panel may hold anything: then it is undefined, and the record's hash says the rest. */
const parsed = <T>(text: string, fits: (value: unknown) => value is T): T | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return fits(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every((one) => typeof one === 'string')
const isFlat = (value: unknown): value is AuditBody['detail'] =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((one) => ['string', 'number', 'boolean'].includes(typeof one))

const entryOf = (row: Stored): AuditEntry => ({ ...bodyOf(row), number: row.number, hash: row.hash, mac: row.mac })
