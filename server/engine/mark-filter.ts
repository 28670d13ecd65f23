/** Passes a text on as it comes, up to a mark; nothing from the mark on. What may be the beginning of a mark waits for its rest. */
export const createMarkFilter = (
  mark: string,
  to: { push(text: string): void; end(): void },
): { push(text: string): void; end(): void } => {
  let held = ''
  let cut = false
  return {
    push(text) {
      if (cut) return
      const all = held + text
      const at = all.indexOf(mark)
      cut = at >= 0
      held = cut ? '' : all.slice(all.length - beginningOf(mark, all))
      to.push(all.slice(0, cut ? at : all.length - held.length))
    },
    end() {
      to.push(held)
      held = ''
      to.end()
    },
  }
}

/** How many characters at the end of a text may begin the mark. */
const beginningOf = (mark: string, text: string): number => {
  for (let length = Math.min(mark.length - 1, text.length); length > 0; length--) if (mark.startsWith(text.slice(-length))) return length
  return 0
}
