import { createCipheriv } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formerFixedKey } from '@/server/domain/former-key'
import { passwordsSeen } from './encrypted-passwords'

const other = '0123456789abcdef'.repeat(4)
/** As `dmctl encrypt` prints it. */
const encrypted = (password: string, key = formerFixedKey, iv = Buffer.alloc(16, 7)): string => {
  const cipher = createCipheriv('aes-256-cfb', Buffer.from(key, 'hex'), iv)
  return Buffer.concat([iv, Buffer.from('@'), cipher.update(password, 'utf8'), cipher.final()]).toString('base64')
}
const source = (id: string, password: string): [string, string] => [
  `sources/${id}.yaml`,
  `source-id: ${id}\nfrom: {password: "${password}"}\n`,
]
const task = (name: string, password: string): [string, string] => [
  `tasks/${name}.yaml`,
  `name: ${name}\ntarget-database:\n  host: h\n  password: "${password}"\n`,
]

describe('passwords of an export', () => {
  it('tells encrypted ones from plain ones, of sources and of tasks', () => {
    const files = new Map([source('a', 'plain'), source('b', encrypted('s3cret pässword')), task('t1', encrypted('x')), task('t2', '')])
    expect(passwordsSeen(files)).toEqual({ encrypted: ['b', 't1'], closed: [] })
    expect(passwordsSeen(files, other)).toEqual({ encrypted: ['b', 't1'], closed: expect.arrayContaining(['b']) })
    expect(passwordsSeen(new Map([source('b', encrypted('some password', other))]), other).closed).toEqual([])
  })

  it('a plain password that is base64 by chance, a file that is none, another folder', () => {
    const chance = Buffer.from('a plain password that is base64 by chance').toString('base64')
    const files = new Map([source('a', chance), ['sources/odd.yaml', '- 1\n'], ['relay_workers.json', '{}']] as [string, string][])
    expect(passwordsSeen(files)).toEqual({ encrypted: [], closed: [] })
  })

  it('every text opens by its own key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.uint8Array({ minLength: 16, maxLength: 16 }), (text, iv) => {
        fc.pre(!/[\p{Cc}\uFFFD\p{Cs}]/u.test(text))
        const [path, yaml] = source('a', encrypted(text, formerFixedKey, Buffer.from(iv)))
        expect(passwordsSeen(new Map([[path, yaml]]))).toEqual({ encrypted: ['a'], closed: [] })
      }),
    )
  })
})
