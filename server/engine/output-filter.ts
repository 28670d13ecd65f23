import { createMasker } from '@/server/remote/mask'

const madeMark = '::made '
const probeMark = '::then-probe '

export type OutputFilter = { push(text: string): void; end(): void; made: readonly string[] }

/**
 * A command's output on its way into the journal: secrets masked, the lines `::made X` taken out and collected, and everything from
 * the probe that follows the command left out. Ordinary text passes at once, also without its newline.
 */
export const createOutputFilter = (secrets: readonly string[], emit: (text: string) => void): OutputFilter => {
  const masker = createMasker(secrets)
  const made: string[] = []
  let held = '' // the beginning of a line that may be a mark, with the newline before it
  let midLine = false
  let cut = false
  const pass = (text: string): void => {
    const safe = masker.push(text)
    if (safe !== '') emit(safe)
  }
  const line = (text: string): void => {
    const bare = text.replace(/^\n/, '')
    if (bare.startsWith(probeMark)) cut = true
    else if (bare.startsWith(madeMark)) {
      if (bare !== text) pass('\n')
      made.push(bare.slice(madeMark.length).trimEnd())
    } else pass(text)
  }
  return {
    made,
    push(text) {
      let rest = text
      while (rest !== '' && !cut) {
        const end = rest.indexOf('\n')
        const piece = end < 0 ? rest : rest.slice(0, end + 1)
        rest = rest.slice(piece.length)
        if (midLine) {
          pass(piece)
          midLine = end < 0
          continue
        }
        held += piece
        // A lone newline waits for the next line: the probe's mark begins with one of its own.
        if (held === '\n') continue
        if (held.startsWith('\n\n')) {
          pass('\n')
          held = held.slice(1)
          if (held === '\n') continue
        }
        const bare = held.replace(/^\n/, '')
        if (end < 0 && (madeMark.startsWith(bare) || bare.startsWith(madeMark) || probeMark.startsWith(bare) || bare.startsWith(probeMark)))
          continue
        line(held)
        held = ''
        midLine = end < 0 && !cut
      }
    },
    end() {
      if (!cut && held !== '') line(held)
      held = ''
      const last = masker.end()
      if (last !== '') emit(last)
    },
  }
}
