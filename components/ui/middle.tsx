/** Names lose the middle: both ends tell things apart. The full name is in the tooltip. */
export function Middle({ text, max = 28 }: { text: string; max?: number }) {
  const shown = middle(text, max)
  return shown === text ? text : <span title={text}>{shown}</span>
}

export const middle = (text: string, max: number): string => {
  if (text.length <= max) return text
  const head = Math.ceil((max - 1) / 2)
  return `${text.slice(0, head)}…${text.slice(text.length - (max - 1 - head))}`
}

/** Paths lose the head: the tail tells instances apart. */
export function PathText({ path }: { path: string }) {
  return path ? (
    <span className="path" title={path}>
      <bdi>{path}</bdi>
    </span>
  ) : (
    <span className="t3">-</span>
  )
}
