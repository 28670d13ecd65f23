import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AuditBody, emptyHead, type SealedRecord, seal, verifyChain } from './audit-chain'

const key = new Uint8Array(32).fill(7)
const body = (n: number, text: string): AuditBody => ({
  id: `r${n}`,
  phase: n % 2 ? 'intent' : 'outcome',
  act: `a${n >> 1}`,
  at: new Date(1_700_000_000_000 + n).toISOString(),
  actor: text,
  from: '127.0.0.1',
  what: 'start',
  command: `tiup dm start ${text}`,
  cluster: n % 3 ? text : null,
  planHash: null,
  jobId: null,
  targets: [text],
  result: '',
  detail: { n, text },
})
const chainOf = (texts: readonly string[]): SealedRecord[] =>
  seal(
    key,
    emptyHead,
    texts.map((text, i) => body(i + 1, text)),
  )
const headOf = (chain: readonly SealedRecord[]) => {
  const last = chain.at(-1)
  return last ? { number: last.number, mac: last.mac } : emptyHead
}
const texts = fc.array(fc.string(), { minLength: 3, maxLength: 12 })

describe('the audit chain', () => {
  it('has no finding when nothing was touched, sealed at once or in two goes', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (list, cut) => {
        const chain = chainOf(list)
        expect(verifyChain(chain, { head: headOf(chain), key })).toEqual([])
        const first = chain.slice(0, cut % chain.length)
        const rest = list.map((text, i) => body(i + 1, text)).slice(first.length)
        expect([...first, ...seal(key, headOf(first), rest)]).toEqual(chain)
      }),
    )
  })

  it('finds a change of any field, even when the hash is recomputed', () => {
    const fields = ['id', 'phase', 'act', 'at', 'actor', 'from', 'what', 'command', 'cluster', 'planHash', 'jobId', 'result'] as const
    fc.assert(
      fc.property(texts, fc.nat(), fc.constantFrom(...fields), (list, at, field) => {
        const chain = chainOf(list)
        const index = at % chain.length
        const forged = chain.map((r, i) => (i === index ? { ...r, [field]: `${r[field] ?? ''}x` } : r))
        expect(verifyChain(forged, { head: headOf(chain) }).map((f) => f.number)).toContain(index + 1)
        // a forger without the key who seals anew with another one
        const resealed = seal(new Uint8Array(32).fill(8), emptyHead, forged)
        expect(verifyChain(resealed, { key })).not.toEqual([])
        expect(verifyChain(resealed, { head: headOf(chain) })).not.toEqual([])
      }),
    )
  })

  it('finds a missing, a swapped and a cut record', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (list, at) => {
        const chain = chainOf(list)
        const head = headOf(chain)
        const index = at % (chain.length - 1)
        const missing = chain.filter((_, i) => i !== index)
        expect(verifyChain(missing, { head })).toContainEqual(expect.objectContaining({ finding: 'missing', number: index + 1 }))
        const [first, second] = chain.slice(index, index + 2)
        if (!first || !second) throw new Error('both indexes are in the array')
        const swapped = chain.with(index, second).with(index + 1, first)
        expect(verifyChain(swapped, { head }).map((f) => f.finding)).toContain('reordered')
        expect(verifyChain(chain.slice(0, index + 1), { head })).toContainEqual(expect.objectContaining({ finding: 'cut' }))
      }),
    )
  })
})
