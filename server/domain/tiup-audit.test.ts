import { describe, expect, it } from 'vitest'
import { readTiupAudit, tiupAuditTime } from './tiup-audit'

const tool = '%2Fhome%2Fops%2F.tiup%2Fcomponents%2Fdm%2Fv1.16.5%2Ftiup-dm'

describe('an audit file of TiUP', () => {
  it('has its time in its name', () => {
    // A recorded one: `deploy`, ended 2026-11-21 02:2x UTC.
    expect(new Date(tiupAuditTime('h45yTSGRyJ3') ?? 0).toISOString()).toMatch(/^2026-11-21T02:/)
    expect(tiupAuditTime('h45yTSGRyJ3_extra')).toBe(tiupAuditTime('h45yTSGRyJ3'))
    expect(tiupAuditTime('4zzzz')).toBeLessThan(10 ** 12)
    for (const none of ['', 'meta.yaml', 'aeiou', '_x', '0']) expect(tiupAuditTime(none)).toBeUndefined()
  })

  it('is told as the command that was typed, and how it ended', () => {
    const head = `${tool} scale-in dm1 -N 10.79.0.11%3A8261%2C10.79.0.12%3A8261 -y\n2026-11-21T02:22:42Z\tINFO\tx`
    const tail = '…\tINFO\tExecute command finished\t{"code": 1, "error": "error offline member"}\n'
    expect(readTiupAudit({ id: 'h45zCcBcxWw', head, tail }, 'dm1')).toMatchObject({
      command: 'tiup dm scale-in dm1 -N 10.79.0.11:8261,10.79.0.12:8261 -y',
      exitCode: 1,
    })
    const spaced = `${tool} exec dm1 --command hostname%3B+uptime+-p`
    expect(readTiupAudit({ id: 'h45zCcBcxWw', head: spaced, tail: '' }, 'dm1')).toMatchObject({
      command: "tiup dm exec dm1 --command 'hostname; uptime -p'",
      exitCode: null,
    })
  })

  it('of another cluster, or none of TiUP’s, is none', () => {
    expect(readTiupAudit({ id: 'h45zCcBcxWw', head: `${tool} start dm10`, tail: '' }, 'dm1')).toBeUndefined()
    expect(readTiupAudit({ id: 'notes.txt', head: `${tool} start dm1`, tail: '' }, 'dm1')).toBeUndefined()
    expect(readTiupAudit({ id: 'h45zCcBcxWw', head: `${tool} start %E0%A4`, tail: '' }, '%E0%A4')).toMatchObject({ exitCode: null })
  })
})
