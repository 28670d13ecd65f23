import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { quoteArgv } from '@/server/remote/quote'

const hostile = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 24 }),
  fc.string({
    unit: fc.constantFrom(
      "'",
      '"',
      '\\',
      '$',
      '`',
      '\n',
      ' ',
      '!',
      '*',
      '~',
      '-',
      '#',
      ';',
      '&',
      '|',
      '(',
      '\t',
      '\r',
      'é',
      '漢',
      '😀',
      '\x01',
      '\x7f',
      '%',
      '{',
      '=',
    ),
    maxLength: 24,
  }),
)

it('100,000 hostile strings reach a program unchanged through a real /bin/sh', () => {
  const strings = fc.sample(hostile, 100_000).filter((text) => !text.includes('\0'))
  expect(strings.length).toBeGreaterThan(99_000)
  for (let from = 0; from < strings.length; from += 1000) {
    const batch = strings.slice(from, from + 1000)
    const argv = ['printf', '%s\\0', ...batch]
    const said = spawnSync('/bin/sh', [], { input: quoteArgv(argv), encoding: 'utf8' })
    expect(said.stdout.split('\0').slice(0, -1)).toEqual(batch)
  }
}, 60_000)

it('refuses what no argv can hold', () => {
  expect(() => quoteArgv([])).toThrow(RangeError)
  expect(() => quoteArgv(['a\0b'])).toThrow(RangeError)
  expect(() => quoteArgv(['a\ud800'])).toThrow(RangeError)
})
