import { createReadStream } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { type AuditHead, type Finding, type SealedRecord, verifyChain } from './domain/audit-chain'
import { openRunnerKey } from './runner-key'
import { auditHead, sealedRecords, unsealedBefore } from './store/audit'
import { openDatabase } from './store/database'

const usage = `npm run audit:verify -- FILE.jsonl [--head NUMBER:MAC]     an exported file
npm run audit:verify -- --data DIR [--head NUMBER:MAC]     the database in a data folder; the MACs too, as far as the master key can be read`

const sealed = z.object({
  id: z.string(),
  phase: z.enum(['intent', 'outcome']),
  act: z.string(),
  at: z.string(),
  actor: z.string(),
  from: z.string(),
  what: z.string(),
  command: z.string(),
  cluster: z.string().nullable(),
  planHash: z.string().nullable(),
  jobId: z.string().nullable(),
  targets: z.array(z.string()),
  result: z.string(),
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  number: z.number().int(),
  hash: z.string(),
  mac: z.string(),
})
const headLine = z.object({ head: z.object({ number: z.number().int(), mac: z.string() }), complete: z.boolean() })

export type Verified = { records: number; head: AuditHead; findings: Finding[] }

/** Verifies an exported JSONL file against its own head line, and against a head that was saved elsewhere. */
export const verifyFile = async (file: string, saved?: AuditHead): Promise<Verified> => {
  const records: SealedRecord[] = []
  const findings: Finding[] = []
  let own: z.infer<typeof headLine> | undefined
  let line = 0
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1
    const data = parseJson(text)
    const record = sealed.safeParse(data)
    const head = headLine.safeParse(data)
    if (record.success) records.push(record.data)
    else if (head.success) own = head.data
    else findings.push({ finding: 'unreadable', number: line, id: '' })
  }
  if (!own) findings.push({ finding: 'cut', number: line + 1, id: '' })
  // A range begins where it was asked to; only a whole file must begin with 1 and reach its head.
  const [first] = records
  const from = own && !own.complete && first ? { from: { number: first.number - 1, mac: '' } } : {}
  const ownHead = own?.complete ? { head: own.head } : {}
  findings.push(...verifyChain(records, { ...from, ...ownHead }), ...againstSaved(records, saved))
  return { records: records.length, head: own?.head ?? { number: 0, mac: '' }, findings }
}

/** Verifies the database itself; records that nobody sealed within 10 s are findings. */
export const verifyData = async (folder: string, saved?: AuditHead): Promise<Verified> => {
  const db = await openDatabase(`file:${path.join(path.resolve(folder), 'panel.sqlite')}`)
  try {
    const records: SealedRecord[] = []
    for await (const record of sealedRecords(db)) records.push(record)
    const head = await auditHead(db)
    const { auditKey } = await openRunnerKey(db, process.env.DM_PANEL_KEY)
    const unsealed = await unsealedBefore(db, new Date(Date.now() - 10_000))
    const findings: Finding[] = [
      ...verifyChain(records, { head, key: auditKey }),
      ...againstSaved(records, saved),
      ...unsealed.map(({ id }): Finding => ({ finding: 'unsealed', number: 0, id })),
    ]
    return { records: records.length, head, findings }
  } finally {
    await db.$disconnect()
  }
}

const againstSaved = (records: readonly SealedRecord[], saved: AuditHead | undefined): Finding[] => {
  if (!saved || saved.number === 0) return []
  const held = records.find(({ number }) => number === saved.number)
  if (!held) return [{ finding: 'cut', number: saved.number, id: '' }]
  return held.mac === saved.mac ? [] : [{ finding: 'altered', number: saved.number, id: held.id }]
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // not JSON: reported as unreadable
  }
}

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({ options: { data: { type: 'string' }, head: { type: 'string' } }, allowPositionals: true })
  const [file] = positionals
  const [number, mac] = (values.head ?? '').split(':')
  const saved = number && mac ? { number: Number(number), mac } : undefined
  if ((file === undefined) === (values.data === undefined) || (values.head !== undefined && !saved)) {
    console.error(usage)
    return 2
  }
  const { records, head, findings } = values.data === undefined ? await verifyFile(file ?? '', saved) : await verifyData(values.data, saved)
  for (const { finding, number: at, id } of findings) console.log(`${finding}\t${at}\t${id}`)
  console.log(`${records} records, head ${head.number}:${head.mac}, ${findings.length} findings`)
  return findings.length === 0 ? 0 : 1
}

if (process.argv[1]?.endsWith('audit-verify.ts')) process.exitCode = await main()
