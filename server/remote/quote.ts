const safe = /^[A-Za-z0-9_@%+=:,./-]+$/

/**
 * The one place where an argv becomes shell text: each word in POSIX single quotes, so that no character has a meaning.
 * Refuses NUL and lone surrogates (neither can reach a program's argv) and an empty argv with a RangeError.
 */
export const quoteArgv = (argv: readonly string[]): string => {
  if (argv.length === 0) throw new RangeError('an argv has at least one word')
  return argv.map(quoteWord).join(' ')
}

const quoteWord = (word: string): string => {
  if (word.includes('\0')) throw new RangeError('a word of an argv can not hold NUL')
  if (/\p{Surrogate}/u.test(word)) throw new RangeError('a word of an argv must be well-formed Unicode')
  return safe.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
