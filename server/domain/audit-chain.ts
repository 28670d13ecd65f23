import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** What a record says; the part that is hashed. `at` is ISO. */
export type AuditBody = {
  id: string
  phase: 'intent' | 'outcome'
  /** Shared by an intent and its outcome. */
  act: string
  at: string
  actor: string
  from: string
  what: string
  command: string
  cluster: string | null
  planHash: string | null
  jobId: string | null
  targets: readonly string[]
  result: string
  detail: Readonly<Record<string, string | number | boolean>>
}
/** A record in the chain. Numbers begin with 1 and have no gap. */
export type SealedRecord = AuditBody & { number: number; hash: string; mac: string }
export type AuditHead = { number: number; mac: string }
export const emptyHead: AuditHead = { number: 0, mac: '' }

export type Finding = {
  finding: 'altered' | 'missing' | 'reordered' | 'cut' | 'mac-wrong' | 'unsealed' | 'unreadable'
  /** Number in the chain where known, else the place in the file (from 1). */
  number: number
  id: string
}

/** Canonical JSON: keys sorted, no spaces. The same record has the same text everywhere. */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const pairs = Object.entries(value).filter(([, inner]) => inner !== undefined)
    return `{${pairs
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
      .join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}

/** sha256 (hex) of a record's number and body, so that no record can be moved in the chain. */
export const recordHash = (number: number, record: AuditBody): string =>
  bytesToHex(sha256(utf8ToBytes(canonical({ number, ...bodyOf(record) }))))

/** MAC of a link: HMAC-SHA256 (hex) over the former MAC and this record's hash. */
export const chainMac = (key: Uint8Array, formerMac: string, hash: string): string =>
  bytesToHex(hmac(sha256, key, utf8ToBytes(`${formerMac}\n${hash}`)))

/** Seals records in the given order behind `head`. */
export const seal = (key: Uint8Array, head: AuditHead, records: readonly AuditBody[]): SealedRecord[] => {
  let former = head
  return records.map((record) => {
    const number = former.number + 1
    const hash = recordHash(number, record)
    const mac = chainMac(key, former.mac, hash)
    former = { number, mac }
    return { ...bodyOf(record), number, hash, mac }
  })
}

export type VerifyOptions = {
  /** A head saved earlier; the chain must still hold it, and must reach it. */
  head?: AuditHead
  /** With it the MACs are checked too; without it only hashes, numbers and the saved head. */
  key?: Uint8Array
  /** MAC of the record before the first one given, for a range. Default: the chain begins here. */
  from?: AuditHead
}

/**
 * Finds every altered, missing, reordered or cut record. Records are given in the order in which they lie in the file.
 * Without the key a forger can recompute hashes, but not the MAC of a head that was saved elsewhere.
 */
export const verifyChain = (records: readonly SealedRecord[], options: VerifyOptions = {}): Finding[] => {
  const findings: Finding[] = []
  let former = options.from ?? emptyHead
  for (const record of records) {
    const say = (finding: Finding['finding'], number = record.number): void => {
      findings.push({ finding, number, id: record.id })
    }
    if (record.number <= former.number) say('reordered')
    for (let gap = former.number + 1; gap < record.number && gap < former.number + 1000; gap++) say('missing', gap)
    if (recordHash(record.number, record) !== record.hash) say('altered')
    else if (options.key && record.number === former.number + 1 && chainMac(options.key, former.mac, record.hash) !== record.mac)
      say('mac-wrong')
    if (record.number > former.number) former = { number: record.number, mac: record.mac }
  }
  return [...findings, ...headFindings(records, former, options.head)]
}

const headFindings = (records: readonly SealedRecord[], last: AuditHead, head: AuditHead | undefined): Finding[] => {
  if (!head || head.number === 0) return []
  if (last.number < head.number) return [{ finding: 'cut', number: last.number + 1, id: '' }]
  const held = records.find((record) => record.number === head.number)
  return held && held.mac !== head.mac ? [{ finding: 'altered', number: head.number, id: held.id }] : []
}

const bodyOf = (r: AuditBody): AuditBody => ({
  id: r.id,
  phase: r.phase,
  act: r.act,
  at: r.at,
  actor: r.actor,
  from: r.from,
  what: r.what,
  command: r.command,
  cluster: r.cluster,
  planHash: r.planHash,
  jobId: r.jobId,
  targets: r.targets,
  result: r.result,
  detail: r.detail,
})
