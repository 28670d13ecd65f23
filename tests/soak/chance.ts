import fc from 'fast-check'

/** Choices that a seed decides, the same ones each time. */
export type Chance = {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number
  /** True `share` of the time. */
  often(share: number): boolean
  pick<T>(from: readonly T[]): T
  /** In any order. */
  some<T>(from: readonly T[], count: number): T[]
}

const supply = 200_000

export const chanceOf = (seed: number): Chance => {
  const numbers = fc.sample(fc.noBias(fc.nat(2 ** 30 - 1)), { seed, numRuns: supply })
  let used = 0
  const next = (): number => {
    const number = numbers[used++ % supply]
    if (number === undefined) throw new Error('no numbers')
    return number / 2 ** 30
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  const pick = <T>(from: readonly T[]): T => {
    const one = from[below(from.length)]
    if (one === undefined) throw new Error('nothing to pick from')
    return one
  }
  const some = <T>(from: readonly T[], count: number): T[] => {
    const left = [...from]
    return Array.from({ length: Math.min(count, left.length) }, () => left.splice(below(left.length), 1)).flat()
  }
  return { below, often: (share) => next() < share, pick, some }
}
