export type DiffLine = { kind: 'same' | 'add' | 'del'; text: string; old?: number; new?: number } | { kind: 'gap'; count: number }

/** The lines of a unified diff with `context` unchanged lines around each change. An empty text has no lines. */
export const diffLines = (before: string, after: string, context: number): readonly DiffLine[] =>
  fold(compare(linesOf(before), linesOf(after)), context)

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

type Line = Exclude<DiffLine, { kind: 'gap' }>

/** Longest common subsequence over what is left between the equal head and the equal tail. */
const compare = (a: readonly string[], b: readonly string[]): readonly Line[] => {
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const same = (from: number, to: number, shift: number): Line[] =>
    a.slice(from, to).map((text, at) => ({ kind: 'same', text, old: from + at + 1, new: from + at + 1 + shift }))
  return [
    ...same(0, head, 0),
    ...middleLines(a.slice(head, a.length - tail), b.slice(head, b.length - tail), head),
    ...same(a.length - tail, a.length, b.length - a.length),
  ]
}

const middleLines = (a: readonly string[], b: readonly string[], shift: number): readonly Line[] => {
  const width = b.length + 1
  const table = new Uint32Array((a.length + 1) * width)
  const at = (i: number, j: number): number => table[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      table[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const lines: Line[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const left = a[i]
    const right = b[j]
    if (left !== undefined && left === right) lines.push({ kind: 'same', text: left, old: shift + ++i, new: shift + ++j })
    else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1)))
      lines.push({ kind: 'del', text: left, old: shift + ++i })
    else lines.push({ kind: 'add', text: right ?? '', new: shift + ++j })
  }
  return lines
}

const fold = (lines: readonly Line[], context: number): readonly DiffLine[] => {
  const near = new Set<number>()
  lines.forEach((line, at) => {
    if (line.kind !== 'same') for (let d = -context; d <= context; d++) near.add(at + d)
  })
  const out: DiffLine[] = []
  lines.forEach((line, at) => {
    const last = out.at(-1)
    if (near.has(at)) out.push(line)
    else if (last?.kind === 'gap') out[out.length - 1] = { kind: 'gap', count: last.count + 1 }
    else out.push({ kind: 'gap', count: 1 })
  })
  return out
}
