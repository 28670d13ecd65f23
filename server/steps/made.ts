/** Splits what a script printed into its own lines and what it says it made anew: a path, `user NAME` or `group NAME`. */
export const takeMade = (stdout: string): { output: string; made: string[] } => {
  const lines = stdout.split('\n')
  return {
    output: lines.filter((line) => !line.startsWith('::made ')).join('\n'),
    made: lines.flatMap((line) => (line.startsWith('::made ') ? [line.slice('::made '.length)] : [])),
  }
}
