import { type DiffLine, folded, lineDiff } from './line-diff'
import { secretMask } from './topology/typed-secrets'

/** How much of a file may be shown: all, all but its secrets' values, or only which lines differ. */
export type Shown = 'text' | 'keys' | 'places'

type Rendered = { parts: readonly ({ text: string } | { secret: string })[]; shown: Shown }

/**
 * What differs between a rendered file and the one on the host. The true texts are compared, but nothing secret is in what it answers:
 * of a file with secrets the host's lines show no more than keys that the rendered file has too, and of every other file no value
 * whose key, or whose place in a URL, is a secret's. `secretOf`: of a secret by its name. Empty when no line differs.
 */
export const maskedDiff = ({ parts, shown }: Rendered, onHost: string, secretOf: (id: string) => string): (DiffLine | null)[] => {
  const text = parts.map((part) => ('text' in part ? part.text : secretOf(part.secret))).join('')
  const masked = parts.map((part) => ('text' in part ? part.text : secretOf(part.secret).replace(/[^\n]+/g, secretMask))).join('')
  const [known, open] = [text.split('\n'), masked.split('\n')]
  const hostLines = shown === 'text' ? maskedSecretKeys(onHost.split('\n')) : onHost.split('\n').map(onlyKeys(known, open))
  const lines = lineDiff(text, onHost)
  if (lines.every(({ kind }) => kind === 'same')) return []
  return folded(
    lines.map((line) => {
      if (shown === 'places') return { ...line, text: secretMask }
      const at = line.kind === 'added' ? hostLines[(line.after ?? 0) - 1] : open[(line.before ?? 0) - 1]
      return { ...line, text: at ?? secretMask }
    }),
  )
}

const keyOf = (line: string): string | undefined => /^\s*[\w.-]+\s*[=:]\s?/.exec(line)?.[0]

/** A line as it is where the rendered file has it without a secret, else its key where the rendered file has that, else nothing of it. */
const onlyKeys = (known: readonly string[], open: readonly string[]): ((line: string) => string) => {
  const plain = new Set(known.filter((line, i) => line === open[i]))
  const keys = new Set(open.map((line) => keyOf(line)?.trim()))
  return (line) => {
    if (plain.has(line)) return line
    const key = keyOf(line)
    return key !== undefined && keys.has(key.trim()) ? `${key}${secretMask}` : secretMask
  }
}

// Bounded, so that one long line can't keep the runner busy.
const secretKey =
  /((?:password|passwd|passphrase|secret|token|credential|authorization|private[_-]?key|access[_-]?key)[\w.-]{0,64}["']?(?:\s*[:=]\s*|\s+))(\S.*)?$/i
const userInfo = /(\b[a-z][\w+.-]{0,20}:\/\/)[^/@\s]{1,2000}@/gi

/** Values of keys that sound secret are masked, with all that is indented below them; so are a URL's user and a private key's lines. */
const maskedSecretKeys = (lines: readonly string[]): string[] => {
  let below: number | undefined
  let inKey = false
  return lines.map((line) => {
    const indent = line.search(/\S/)
    if (inKey || /-----BEGIN [\w ]*PRIVATE KEY/.test(line)) {
      inKey = !/-----END/.test(line)
      return secretMask
    }
    if (below !== undefined && (indent < 0 || indent > below)) return indent < 0 ? line : secretMask
    const found = secretKey.exec(line)
    below = found ? indent : undefined
    return (found ? `${line.slice(0, found.index)}${found[1]}${found[2] ? secretMask : ''}` : line).replace(userInfo, `$1${secretMask}@`)
  })
}

/** As much as a page can show: so many lines, each so long; `left` were left out. */
export const bounded = (lines: readonly (DiffLine | null)[]): { lines: (DiffLine | null)[]; left: number } => ({
  lines: lines.slice(0, 2000).map((line) => (line && line.text.length > 2000 ? { ...line, text: `${line.text.slice(0, 2000)}…` } : line)),
  left: Math.max(0, lines.length - 2000),
})
