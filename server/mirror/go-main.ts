/** What Go's linker puts in front of a program's module information (cmd/internal: `infoStart`), and the word that follows it. */
const mark = Buffer.concat([Buffer.from('3077af0c9274080241e1c107e6d618e6', 'hex'), Buffer.from('path\t')])
const longest = 300

/**
 * Finds the package path of a Go program's main, such as `example.org/dm/cmd/dm-worker`, in its bytes as they come.
 * `found()` is undefined for a program that is not Go's, or that was built without module information.
 */
export const goMainFinder = (): { take(chunk: Buffer): void; found(): string | undefined } => {
  let tail = Buffer.alloc(0)
  let path: string | undefined
  const read = (bytes: Buffer): void => {
    const at = bytes.indexOf(mark)
    if (at < 0) return
    const end = bytes.indexOf(0x0a, at + mark.length)
    if (end < 0 || end - at > longest) return
    const text = bytes.toString('latin1', at + mark.length, end)
    if (/^[\x21-\x7e]+$/.test(text)) path = text
  }
  return {
    take(chunk) {
      if (path !== undefined) return
      if (tail.length > 0) read(Buffer.concat([tail, chunk.subarray(0, longest)]))
      if (path === undefined) read(chunk)
      const joined = chunk.length >= longest ? chunk : Buffer.concat([tail, chunk])
      tail = Buffer.from(joined.subarray(-longest))
    },
    found: () => path,
  }
}
