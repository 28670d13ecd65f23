import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bounded, maskedDiff } from './masked-lines'

const none = (id: string): string => {
  throw new Error(id)
}
const shownOf = (lines: ReturnType<typeof maskedDiff>) =>
  lines.map((line) => (line ? `${{ same: ' ', removed: '-', added: '+' }[line.kind]}${line.text}` : '…'))

describe('maskedDiff', () => {
  it('shows what differs of an open file, but no value that sounds secret', () => {
    const rendered = { parts: [{ text: 'a: 1\nb: 2\nurl: x\n' }], shown: 'text' as const }
    const host = 'a: 1\nb: 3\nbasic_auth: {user: u, password: canary1}\nbearer_token: |\n  canary2\nurl: http://me:canary3@h/\n'
    const lines = shownOf(maskedDiff(rendered, host, none))
    expect(lines.join('\n')).not.toContain('canary')
    expect(lines.slice(0, 3)).toEqual([' a: 1', '-b: 2', '-url: x'])
    expect(lines.slice(3)).toEqual([
      '+b: 3',
      '+basic_auth: {user: u, password: ******',
      '+bearer_token: ******',
      '+******',
      '+url: http://******@h/',
    ])
    const key = 'a: 1\nb: 2\nurl: x\n-----BEGIN RSA PRIVATE KEY-----\ncanary\n-----END RSA PRIVATE KEY-----\n'
    expect(shownOf(maskedDiff(rendered, key, none)).slice(3)).toEqual(['+******', '+******', '+******'])
  })

  it('shows which lines of a file with secrets differ: keys that it renders, and no value', () => {
    const parts = [{ text: '[security]\nadmin_user = admin\nadmin_password = ' }, { secret: 'pw' }, { text: '\n' }]
    const host = '[security]\nadmin_user = canary1\nadmin_password = canary2\nother = canary3\n[canary4]\n'
    const lines = shownOf(maskedDiff({ parts, shown: 'keys' }, host, () => 'right'))
    expect(lines).toEqual([
      ' [security]',
      '-admin_user = admin',
      '-admin_password = ******',
      '+admin_user = ******',
      '+admin_password = ******',
      '+******',
      '+******',
    ])
    expect(maskedDiff({ parts, shown: 'keys' }, '[security]\nadmin_user = admin\nadmin_password = right\n', () => 'right')).toEqual([])
  })

  it('shows only places where a file is secret as a whole', () => {
    const lines = shownOf(maskedDiff({ parts: [{ text: 'canary1\nx' }], shown: 'places' }, 'canary1\ny: canary2', none))
    expect(lines).toEqual([' ******', '-******', '+******'])
  })

  it('takes a file of one long line, or of nothing but line ends, in its stride', () => {
    for (const long of ['x', 'token', 'a://', 'password ', '-----BEGIN ']) {
      const host = long.repeat(Math.floor(2 ** 20 / long.length))
      const { lines } = bounded(maskedDiff({ parts: [{ text: 'a\n' }], shown: 'text' }, host, none))
      expect(lines).toHaveLength(2)
      expect(lines[1]?.text.length).toBeLessThanOrEqual(2001)
    }
    const many = bounded(maskedDiff({ parts: [{ text: 'a\n' }], shown: 'text' }, '\n'.repeat(5000), none))
    expect([many.lines.length, many.left]).toEqual([2000, 3001])
  })

  it('never lets a secret out, whatever stands around it', () => {
    const line = fc.stringMatching(/^[ a-z=:#-]{0,12}$/)
    fc.assert(
      fc.property(fc.array(line), fc.array(line), fc.integer({ min: 0, max: 9 }), (before, after, at) => {
        const parts = [{ text: `${before.join('\n')}\n` }, { secret: 's' }]
        const host = after.toSpliced(at, 0, 'KEPT', 'OTHER').join('\n')
        const said = JSON.stringify(maskedDiff({ parts, shown: 'keys' }, host, () => 'KEPT'))
        expect(said).not.toMatch(/KEPT|OTHER/)
      }),
    )
  })
})
