/**
 * A fixed text for bash whose arguments are positional: nothing is ever pasted into it. The name travels as $0,
 * so that simulated hosts know it and refuse what they don't know.
 * A script reports what it made anew by lines `::made <what>` on stdout; the engine takes them out of the output.
 */
export type Script = { name: string; text: string }

/** argv of a script with its arguments. */
export const bash = (script: Script, ...args: readonly string[]): string[] => [
  '/bin/bash',
  '-c',
  script.text,
  `dm-panel:${script.name}`,
  ...args,
]
