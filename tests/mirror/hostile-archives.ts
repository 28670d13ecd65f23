import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { elfProgram, rawHeader, rawTar } from '@/tests/support/archives'

/** Ten classes of archives that could harm whoever unpacks them, or whoever reads them. Each makes any number of different ones. */
export type Hostile = { bytes: Buffer; limits?: { unpackedBytes?: number; entries?: number } }
type Entry = Parameters<typeof rawTar>[0][number]

const good: Entry = { name: 'dm-master/dm-master', mode: 0o755, body: elfProgram() }
const gz = (entries: readonly Entry[]): Hostile => ({ bytes: gzipSync(rawTar(entries)) })
/** The bad entry before or behind the good program: reading must not stop at the first sight of it. */
const around = (bad: fc.Arbitrary<Entry[]>): fc.Arbitrary<Hostile> =>
  fc.tuple(bad, fc.boolean()).map(([entries, before]) => gz(before ? [...entries, good] : [good, ...entries]))

const word = fc.stringMatching(/^[a-z]{1,8}$/)
const body = fc.string({ maxLength: 50 }).map((text) => Buffer.from(text))
const folders = fc.array(word, { maxLength: 4 }).map((parts) => parts.map((part) => `${part}/`).join(''))

const traversal = fc
  .tuple(folders, fc.integer({ min: 1, max: 6 }), word, fc.constantFrom('0', '5', '2'))
  .map(([inside, up, name, type]) => [{ name: `${inside}${'../'.repeat(up)}${name}`, type, linkname: 'x' }])

const absolute = fc
  .tuple(fc.constantFrom('/', '//', '/./'), word, word, fc.constantFrom('0', '5'))
  .map(([root, folder, name, type]) => [{ name: `${root}${folder}/${name}`, type }])

const symlinks = fc.oneof(
  fc
    .tuple(word, fc.constantFrom('/etc/passwd', '/', '../..', '../x/../..', '../../root/.ssh', '', 'a/../../b', 'x\\..\\y'))
    .map(([name, linkname]) => [{ name: `dm-master/${name}`, type: '2', linkname }]),
  // A link to the top, and one that goes up from there by a way that looks as if it stayed inside.
  word.map((name) => [
    { name: `dm-master/${name}0`, type: '2', linkname: '..' },
    { name: `dm-master/${name}1`, type: '2', linkname: `${name}0/..` },
  ]),
  // A link inside of the tree, and then a file written through it.
  fc.tuple(word, word, body).map(([name, file, bytes]) => [
    { name: `dm-master/${name}x`, type: '2', linkname: 'conf' },
    { name: `dm-master/${name}x/${file}`, body: bytes },
  ]),
)

const hardlinks = fc
  .tuple(word, fc.constantFrom('/etc/shadow', 'dm-master/dm-master', '../x', 'nothing'))
  .map(([name, linkname]) => [{ name: `dm-master/${name}`, type: '1', linkname }])

/** Character and block devices, pipes, and kinds that only some tars know. */
const devices = fc
  .tuple(word, fc.constantFrom('3', '4', '6', 'S', 'M', 'V', 'Z', 'D'))
  .map(([name, type]) => [{ name: `dm-master/${name}`, type }])

const rights = fc
  .tuple(word, fc.constantFrom(0o4755, 0o2755, 0o6777, 0o4644), body)
  .map(([name, mode, bytes]) => [{ name: `dm-master/${name}s`, mode, body: bytes }])

const duplicates = fc.oneof(
  fc
    .tuple(body, fc.constantFrom('', './', 'dm-master/./', './/'))
    .map(([bytes, how]) => [{ name: how.startsWith('dm') ? `${how}dm-master` : `${how}dm-master/dm-master`, mode: 0o755, body: bytes }]),
  fc.tuple(word, body).map(([name, bytes]) => [
    { name: `dm-master/${name}1`, body: bytes },
    { name: `dm-master/${name}1/under`, body: bytes },
  ]),
  fc.constantFrom('5', '2').map((type) => [{ name: 'dm-master/dm-master', type, linkname: 'conf' }]),
)

/** Control characters, backslashes, and names of more characters than any of ours, in tar's own long-name records. */
const names = fc.oneof(
  fc
    .tuple(word, fc.constantFrom('\n', '\r', '\x1b[2J', '\t', '\x07', '\\', '\x7f'), word)
    .map(([a, bad, b]) => [{ name: `dm-master/${a}${bad}${b}` }]),
  fc
    .tuple(fc.integer({ min: 1025, max: 60_000 }), word)
    .map(([length, name]) => [{ name: '././@LongLink', type: 'L', body: Buffer.from(`${'a'.repeat(length)}\0`) }, { name }]),
)

const bombs: fc.Arbitrary<Hostile> = fc.oneof(
  // More bytes than may come out, in one file or in many.
  fc.tuple(fc.integer({ min: 2, max: 40 }), word).map(([count, name]) => ({
    bytes: gzipSync(
      rawTar([good, ...Array.from({ length: count }, (_, at) => ({ name: `dm-master/${name}${at}`, body: Buffer.alloc(600_000) }))]),
    ),
    limits: { unpackedBytes: 1_000_000 },
  })),
  // A record about the next entry that is itself enormous: a reader that collects it runs out of memory.
  fc.constantFrom('L', 'K', 'x', 'g').map((type) => ({
    bytes: gzipSync(Buffer.concat([rawHeader({ name: 'long', type, size: 64 * 1024 ** 2 }), Buffer.alloc(8 * 1024 ** 2)])),
  })),
  // A size that never comes.
  fc.integer({ min: 2, max: 7 }).map((digits) => ({
    bytes: gzipSync(Buffer.concat([rawHeader({ name: 'dm-master/x', size: 10 ** digits * 1000 }), Buffer.alloc(512)])),
  })),
)

const manyFiles: fc.Arbitrary<Hostile> = fc
  .tuple(word, fc.constantFrom('0', '5'), fc.integer({ min: 1001, max: 3000 }))
  .map(([name, type, count]) => ({
    ...gz(Array.from({ length: count }, (_, at) => ({ name: `dm-master/${name}/${at}`, type }))),
    limits: { entries: 1000 },
  }))

export const hostileArchives: Readonly<Record<string, fc.Arbitrary<Hostile>>> = {
  traversal: around(traversal),
  'absolute paths': around(absolute),
  'symbolic links': around(symlinks),
  'hard links': around(hardlinks),
  'devices and pipes': around(devices),
  'setuid and setgid': around(rights),
  duplicates: fc.tuple(duplicates, fc.boolean()).map(([bad]) => gz([good, ...bad])),
  names: around(names),
  bombs,
  'a million files': manyFiles,
}
