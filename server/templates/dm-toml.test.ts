import fc from 'fast-check'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { parseTopology } from '@/server/domain/topology/parse'
import { encodeToml, mergeConfig, renderDmToml } from './dm-toml'

const body = (text: string) => text.split('\n').slice(7).join('\n')

describe('the toml of an instance', () => {
  it('merges dotted keys and nested maps leaf by leaf; lists are replaced whole', () => {
    const shared = { 'a.b': 1, a: { c: 2 }, list: [1, 2], keep: 'x', empty: {} }
    const own = { a: { b: 9 }, 'a.d.e': true, list: [3], 'ssl-ca': '/x' }
    expect(mergeConfig(shared, own)).toEqual({ a: { b: 9, c: 2, d: { e: true } }, list: [3], keep: 'x' })
    expect(body(renderDmToml('dm-worker', shared, own))).toBe('keep = "x"\nlist = [3]\n\n[a]\nb = 9\nc = 2\n\n[a.d]\ne = true\n')
  })

  it('keeps the decimal point of a float and every digit of an integer', () => {
    const { topology } = parseTopology('server_configs: {master: {f: 10.0, i: 9007199254740993, s: "10"}}\nmaster_servers: [{host: h1}]\n')
    expect(body(renderDmToml('dm-master', topology?.serverConfigs?.master, {}))).toBe('f = 10.0\ni = 9007199254740993\ns = "10"\n')
  })

  it('writes lists of maps as tables', () => {
    expect(encodeToml({ r: [{ b: 1, a: 'x' }, { c: { d: 2 } }] })).toBe('\n[[r]]\na = "x"\nb = 1\n\n[[r]]\n\n[r.c]\nd = 2\n'.slice(1))
  })

  it('is only the header when nothing is set', () => {
    expect(body(renderDmToml('dm-master', undefined, undefined))).toBe('')
  })

  it('is read back by a toml parser as it was', () => {
    const leaf = fc.oneof(fc.string(), fc.boolean(), fc.integer(), fc.array(fc.string(), { minLength: 1 }))
    const key = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/)
    fc.assert(
      fc.property(fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf, { minKeys: 1 }))), (map) => {
        expect(parse(encodeToml(map))).toEqual(JSON.parse(JSON.stringify(map)))
      }),
    )
  })
})
