/**
 * Words of a command line that holds nothing but words: bare ones, single quotes, backslashed characters. undefined for
 * anything else a shell would act upon, so that a simulated host refuses what was not quoted.
 */
export const shellWords = (line: string): string[] | undefined => {
  const words: string[] = []
  let rest = line.trim()
  while (rest !== '') {
    const match = /^(?:'[^']*'|\\[^\n]|[A-Za-z0-9_@%+=:,./^-])+/.exec(rest)?.[0]
    if (match === undefined) return undefined
    const after = rest.slice(match.length)
    if (after !== '' && !/^\s/.test(after)) return undefined
    words.push(
      match.replace(
        /'([^']*)'|\\([^\n])|([^'\\]+)/g,
        (_, quoted?: string, escaped?: string, bare?: string) => quoted ?? escaped ?? bare ?? '',
      ),
    )
    rest = after.trimStart()
  }
  return words
}
