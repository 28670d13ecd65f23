import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createMasker, maskText } from './mask'

const all = (secrets: string[], chunks: string[]): string => {
  const masker = createMasker(secrets)
  return chunks.map((chunk) => masker.push(chunk)).join('') + masker.end()
}

it('masks across chunks, the longest secret first, and lines of a key', () => {
  expect(all(['hunter2'], ['a hun', 'ter', '2 b'])).toBe(`a ${maskText} b`)
  expect(all(['pass', 'password'], ['password pass'])).toBe(`${maskText} ${maskText}`)
  expect(all(['-----KEY\nAbCdEf\n'], ['x AbCdEf y'])).toBe(`x ${maskText} y`)
  expect(all([''], ['text'])).toBe('text')
})

it('never lets a secret through, however the text is cut', () => {
  const letter = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(fc.array(letter, { minLength: 1, maxLength: 4 }), fc.array(letter, { maxLength: 30 }), (secrets, chunks) => {
      const masked = all(secrets, chunks)
      for (const secret of secrets) expect(masked).not.toContain(secret)
      expect(masked).toBe(all(secrets, [chunks.join('')]))
    }),
    { numRuns: 2000 },
  )
})
