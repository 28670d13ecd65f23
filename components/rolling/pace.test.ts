import { describe, expect, it } from 'vitest'
import { rollingInput } from '@/server/domain/plan-inputs'
import { defaultPace, isBad, isUsual, paceFieldNames, paceFields, paceInput } from './pace'

describe('pace as typed', () => {
  it('by default asks for one at a time, a canary, no tolerance, and leaves patience to the server', () => {
    expect(paceInput(defaultPace)).toEqual({ rolling: { batch: 1, canary: true, tolerance: 0 } })
    expect(isUsual(defaultPace)).toBe(true)
  })

  it('is accepted by the API at both ends of each field, and refused by page and API beyond', () => {
    for (const field of paceFieldNames) {
      const { min, max } = paceFields[field]
      for (const value of [min, max]) {
        expect(isBad(field, String(value)), `${field} ${value}`).toBe(false)
        expect(rollingInput.safeParse(paceInput({ ...defaultPace, [field]: String(value) })).success, `${field} ${value}`).toBe(true)
      }
      expect(isBad(field, String(max + 1))).toBe(true)
      expect(rollingInput.safeParse(paceInput({ ...defaultPace, [field]: String(max + 1) })).success).toBe(false)
      expect(isBad(field, 'soon')).toBe(true)
      expect(isBad(field, '-1')).toBe(true)
    }
  })
})
