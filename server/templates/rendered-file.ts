/** A piece of a file: literal text, or a stored secret by its name, joined on the wire. */
export type Part = { text: string } | { secret: string }

export type RenderedFile = {
  path: string
  /** Four octal digits. */
  mode: string
  owner: 'root' | 'deploy'
  parts: readonly Part[]
  /** May hold a password of the user's: never shown, readable by its owner only. */
  sensitive?: boolean
  /** Run before the file goes live; `{staged}` is its staged path. */
  check?: readonly string[]
}

export const textFile = (path: string, mode: string, text: string): RenderedFile => ({ path, mode, owner: 'deploy', parts: [{ text }] })
