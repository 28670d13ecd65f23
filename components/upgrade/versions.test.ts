import { describe, expect, it } from 'vitest'
import { crossesEight, targetOf, withV } from './versions'

const target = { version: 'v8.5.1', direction: 'up', missing: [], mirrors: [], choices: [] } as const

describe('versions as typed', () => {
  it('have their v, whether it is typed or not', () => {
    expect([withV('8.5.1'), withV(' v8.5.1 '), withV('nightly'), withV('')]).toEqual(['v8.5.1', 'v8.5.1', 'nightly', ''])
    expect(targetOf([{ ...target, missing: [], mirrors: [], choices: [] }], '8.5.1')?.version).toBe('v8.5.1')
    expect(targetOf([{ ...target, missing: [], mirrors: [], choices: [] }], '8.5')).toBeUndefined()
  })

  it('cross v8.0.0 only from below', () => {
    expect(crossesEight('v7.5.0', 'v8.0.0')).toBe(true)
    expect(crossesEight('v6.1.0', '8.5.1')).toBe(true)
    expect(crossesEight('v8.0.0', 'v8.5.0')).toBe(false)
    expect(crossesEight('v2.0.5', 'v7.5.0')).toBe(false)
    expect(crossesEight('v7.5.0', '')).toBe(false)
  })
})
