/** One line of a comparison, with its number on each side where it stands there. */
export type DiffLine = { kind: 'same' | 'removed' | 'added'; text: string; before?: number; after?: number }

/** Beyond this many pairs of lines a shortest difference is not looked for: the middle is shown as replaced. */
const mostPairs = 4_000_000

/** What must go and what must come to make one text of another, line by line; equal beginnings and ends are found first. */
export const lineDiff = (before: string, after: string): DiffLine[] => {
  const [a, b] = [linesOf(before), linesOf(after)]
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1
  const middle = between(a.slice(head, a.length - tail), b.slice(head, b.length - tail))
  const kinds: { kind: DiffLine['kind']; text: string }[] = [
    ...a.slice(0, head).map((text) => ({ kind: 'same' as const, text })),
    ...middle,
    ...a.slice(a.length - tail).map((text) => ({ kind: 'same' as const, text })),
  ]
  let [left, right] = [0, 0]
  return kinds.map(({ kind, text }) => {
    if (kind !== 'added') left += 1
    if (kind !== 'removed') right += 1
    return { kind, text, ...(kind !== 'added' && { before: left }), ...(kind !== 'removed' && { after: right }) }
  })
}

/** A text's lines; one newline at its end is none of them. */
const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

type Piece = { kind: DiffLine['kind']; text: string }

/** By the longest common subsequence; what goes stands before what comes. */
const between = (a: readonly string[], b: readonly string[]): Piece[] => {
  const removed = a.map((text): Piece => ({ kind: 'removed', text }))
  const added = b.map((text): Piece => ({ kind: 'added', text }))
  if (a.length === 0 || b.length === 0 || a.length * b.length > mostPairs) return [...removed, ...added]
  const width = b.length + 1
  const lengths = new Uint32Array((a.length + 1) * width)
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const found: Piece[] = []
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      found.push({ kind: 'same', text: a[i] ?? '' })
      i += 1
      j += 1
    } else if (at(i + 1, j) >= at(i, j + 1)) found.push(removed[i++] ?? { kind: 'removed', text: '' })
    else found.push(added[j++] ?? { kind: 'added', text: '' })
  }
  return [...found, ...removed.slice(i), ...added.slice(j)]
}

/** Only what differs, with so many equal lines around it; `null` stands where equal lines are left out. */
export const folded = (lines: readonly DiffLine[], around = 3): (DiffLine | null)[] => {
  const near = new Set<number>()
  lines.forEach(({ kind }, i) => {
    if (kind !== 'same') for (let at = i - around; at <= i + around; at++) near.add(at)
  })
  return lines.flatMap((line, i): (DiffLine | null)[] => (near.has(i) ? [line] : i === 0 || near.has(i - 1) ? [null] : []))
}
