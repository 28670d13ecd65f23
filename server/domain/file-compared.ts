import type { DiffLine } from './line-diff'
import type { Shown } from './masked-lines'

/** So large may a file on a host be that is compared line by line. */
export const comparedLimitBytes = 1024 ** 2

/** Result of the errand `check-file`: one rendered file against the one on the host. */
export type FileCompared = {
  at: string
  host: string
  instance: string
  path: string
  /** Owner, mode and size or hash, as rendered and as seen. */
  expected: string
  seen: string
  /** `other`: a link, a folder. `unseen`: too large, only its hash was compared. */
  state: 'same' | 'differs' | 'absent' | 'other' | 'unseen'
  shown: Shown
  /** With `differs`: none when only bytes differ that no line shows, such as the last line's end. `null` stands for equal lines. */
  lines: readonly (DiffLine | null)[]
  /** So many more lines differ than are shown. */
  left: number
}
