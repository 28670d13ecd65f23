/** Plain tar archives of small files: what simulated hosts need of them. */
export type TarFile = { name: string; content: Buffer }

const block = 512
const textAt = (bytes: Buffer, at: number, length: number): string => {
  const field = bytes.subarray(at, at + length)
  const end = field.indexOf(0)
  return field.subarray(0, end < 0 ? length : end).toString('utf8')
}

/** Regular files of an archive; stops at its end, or where it is torn. */
export const readTar = (bytes: Buffer): TarFile[] => {
  const files: TarFile[] = []
  for (let at = 0; at + block <= bytes.length; ) {
    const name = textAt(bytes, at, 100)
    if (name === '') break
    const prefix = textAt(bytes, at + 257, 5) === 'ustar' ? textAt(bytes, at + 345, 155) : ''
    const size = Number.parseInt(textAt(bytes, at + 124, 12).trim() || '0', 8)
    const type = textAt(bytes, at + 156, 1)
    const begin = at + block
    if (type === '' || type === '0') files.push({ name: prefix ? `${prefix}/${name}` : name, content: bytes.subarray(begin, begin + size) })
    at = begin + Math.ceil(size / block) * block
  }
  return files
}

/** An archive of files with names of at most 100 bytes. */
export const writeTar = (files: readonly TarFile[]): Buffer => {
  const parts = files.flatMap(({ name, content }) => {
    const header = Buffer.alloc(block)
    header.write(name, 0, 100)
    header.write('0000600\0', 100)
    header.write('0000000\0', 108)
    header.write('0000000\0', 116)
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('00000000000\0', 136)
    header.write('        ', 148)
    header.write('0', 156)
    header.write('ustar\u000000', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, content, Buffer.alloc((block - (content.length % block)) % block)]
  })
  return Buffer.concat([...parts, Buffer.alloc(2 * block)])
}
