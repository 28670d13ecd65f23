import type { LogLine } from './log-lines'

/** Indexes of the lines whose shown text holds the query, without regard to case. An empty query finds nothing. */
export const findLines = (lines: readonly LogLine[], query: string, shownText: (line: LogLine) => string): number[] => {
  const wanted = query.trim().toLowerCase()
  if (wanted === '') return []
  const found: number[] = []
  lines.forEach((line, index) => {
    if (shownText(line).toLowerCase().includes(wanted)) found.push(index)
  })
  return found
}

export type AnsiPiece = { text: string; color?: AnsiColor; bold?: boolean }
export type AnsiColor = 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'dim'

const colors: Record<string, AnsiColor> = {
  30: 'dim',
  31: 'red',
  32: 'green',
  33: 'yellow',
  34: 'blue',
  35: 'magenta',
  36: 'cyan',
  90: 'dim',
  91: 'red',
  92: 'green',
  93: 'yellow',
  94: 'blue',
  95: 'magenta',
  96: 'cyan',
}

/** Splits a line at its ANSI colour codes; other control sequences are dropped. */
export const ansiPieces = (text: string): AnsiPiece[] => {
  const pieces: AnsiPiece[] = []
  let style: { color?: AnsiColor; bold?: boolean } = {}
  for (const part of text.split(sequence)) {
    const code = /^\[([\d;]*)m$/.exec(part)
    if (code) style = styleAfter(style, code[1] ?? '')
    else if (part !== '' && !/^\[[\d;?]*[A-Za-z]$/.test(part)) pieces.push({ text: part, ...style })
  }
  return pieces
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins every ANSI sequence
const sequence = /\u001b(\[[\d;?]*[A-Za-z])/

const styleAfter = (before: { color?: AnsiColor; bold?: boolean }, codes: string): { color?: AnsiColor; bold?: boolean } =>
  codes.split(';').reduce<{ color?: AnsiColor; bold?: boolean }>((style, code) => {
    if (code === '' || code === '0') return {}
    if (code === '1') return { ...style, bold: true }
    const color = colors[code]
    return color ? { ...style, color } : style
  }, before)
