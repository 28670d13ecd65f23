import { type DmctlLine, parseDmctlLine } from '@/server/domain/dmctl/line'
import type { Problem } from '@/server/domain/problem'

type Needed = { names: string[]; read: DmctlLine | { problems: Problem[] } }

/** A line as it would be with all of its files, and which those are. */
export const neededFiles = (line: string, version: string): Needed => {
  const names: string[] = []
  for (;;) {
    const read = parseDmctlLine(line, { files: names, version })
    const missing = 'problems' in read ? read.problems.find(({ code }) => code === 'dmctl.file-missing')?.params.file : undefined
    if (missing === undefined || names.includes(String(missing))) return { names, read }
    names.push(String(missing))
  }
}
