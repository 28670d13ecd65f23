import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import tar, { type Header } from 'tar-stream'

export type ArchiveEntry = Partial<Header> & { name: string; body?: Buffer | string }

/** The bytes of a Linux program that runs nowhere; `main` is what Go's linker would note, `mark` makes it one of its own. */
export const elfProgram = ({ machine = 0x3e, main, mark = '' }: { machine?: number; main?: string; mark?: string } = {}): Buffer => {
  const bytes = Buffer.alloc(3000, 7)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0])
  bytes.writeUInt16LE(2, 16)
  bytes.writeUInt16LE(machine, 18)
  const info = main === undefined ? '' : `path\t${main}\nmod\texample.org/dm\t(devel)\n`
  return Buffer.concat([bytes, Buffer.from('3077af0c9274080241e1c107e6d618e6', 'hex'), Buffer.from(`${info}${mark}`)])
}

export const program = (name: string, options: Parameters<typeof elfProgram>[0] = {}): ArchiveEntry => ({
  name,
  mode: 0o755,
  body: elfProgram(options),
})

export const tarOf = async (entries: readonly ArchiveEntry[]): Promise<Buffer> => {
  const packing = tar.pack()
  for (const { body, ...header } of entries) packing.entry(header, body ?? '')
  packing.finalize()
  return buffer(packing)
}

export const tarGz = async (entries: readonly ArchiveEntry[]): Promise<Buffer> => gzipSync(await tarOf(entries))

/** A raw header of 512 bytes with no check of what it says, for archives that no packer would write. */
export const rawHeader = ({ name, type = '0', size = 0, linkname = '', mode = 0o644 }: RawHeader): Buffer => {
  const block = Buffer.alloc(512)
  block.write(name.slice(0, 100), 0, 'utf8')
  block.write(`${mode.toString(8).padStart(7, '0')}\0`, 100)
  block.write('0000000\x000000000\0', 108)
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  block.write('00000000000\0', 136)
  block.write('        ', 148)
  block.write(type, 156)
  block.write(linkname.slice(0, 100), 157, 'utf8')
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}
type RawHeader = { name: string; type?: string; size?: number; linkname?: string; mode?: number }

/** Raw entries with their bodies, and the end of the archive. */
export const rawTar = (entries: readonly (RawHeader & { body?: Buffer })[]): Buffer =>
  Buffer.concat([
    ...entries.flatMap(({ body, ...header }) => {
      const bytes = body ?? Buffer.alloc(0)
      return [rawHeader({ size: bytes.length, ...header }), bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
    }),
    Buffer.alloc(1024),
  ])
