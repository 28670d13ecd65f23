/** What stands where a secret stood. */
export const maskText = '******'

export type Masker = {
  /** Text that is safe to show; holds back what may be the beginning of a secret. */
  push(text: string): string
  /** What was held back. */
  end(): string
}

/**
 * Replaces secrets in a stream of text, also across the borders of its chunks. Of overlapping secrets the longest one wins
 * at each place. Secrets of several lines are masked line by line too, because output is often shown by lines.
 * Empty secrets, and lines shorter than four characters, are ignored.
 */
export const createMasker = (secrets: readonly string[]): Masker => {
  const needles = needlesOf(secrets)
  const firstUnits = new Set(needles.map((needle) => needle[0]))
  const longest = needles[0]?.length ?? 0
  let held = ''
  const take = (final: boolean): string => {
    let out = ''
    let at = 0
    while (at < held.length) {
      const plain = at
      while (at < held.length && !firstUnits.has(held[at])) at += 1
      out += held.slice(plain, at)
      if (at === held.length) break
      const rest = held.slice(at, at + longest)
      // A longer secret may still be coming: decide only when it can't.
      if (!final && needles.some((needle) => needle.length > rest.length && needle.startsWith(rest))) break
      const hit = needles.find((needle) => rest.startsWith(needle))
      out += hit === undefined ? (held[at] ?? '') : maskText
      at += hit?.length ?? 1
    }
    held = held.slice(at)
    return out
  }
  return {
    push(text) {
      if (needles.length === 0) return text
      held += text
      return take(false)
    },
    end: () => take(true),
  }
}

const needlesOf = (secrets: readonly string[]): string[] => {
  const lines = secrets.filter((secret) => /[\r\n]/.test(secret)).flatMap((secret) => secret.split(/\r?\n/))
  const needles = [...secrets.filter((secret) => secret !== ''), ...lines.filter((line) => line.trim().length >= 4)]
  return [...new Set(needles)].sort((a, b) => b.length - a.length)
}
