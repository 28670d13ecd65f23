import type { LogTail } from '@/server/domain/journal'
import type { Lane } from '@/server/domain/plan'
import type { Step } from '@/server/domain/step'
import { createMasker } from '@/server/remote/mask'
import { type CommandResult, LinkLost } from '@/server/remote/transport'
import type { JobRun } from './job-run'

const lineCount = '100'

/** The last lines of what a unit said before it failed: its journal and its log files. Empty for other kinds of steps. */
export const tailsOf = async (run: JobRun, lane: Lane, step: Step): Promise<LogTail[]> => {
  if (step.kind !== 'unit-running') return []
  const sources = [
    { file: `journalctl -u ${step.unit}`, argv: ['journalctl', '-u', step.unit, '-n', lineCount, '--no-pager', '-o', 'short-iso'] },
    ...step.logs.map((file) => ({ file, argv: ['tail', '-n', lineCount, '--', file] })),
  ]
  const tails: LogTail[] = []
  const read = (argv: readonly string[]) =>
    run.hosts.read(step.host, lane.login, argv).catch((error: unknown) => {
      if (error instanceof LinkLost) return error
      throw error
    })
  for (const { file, argv } of sources) {
    const result = await read(argv)
    // Asked in another way: what tail says of an absent file is in the host's language.
    if (argv[0] === 'tail' && hasFailed(result) && hasFailed(await read(['stat', '-c', '%s', '--', file]))) {
      tails.push({ file, lines: [] })
      continue
    }
    const masker = createMasker(run.hosts.secrets)
    const text = masker.push(textOf(result)) + masker.end()
    tails.push({ file, lines: text.split('\n').filter((line) => line !== '') })
  }
  return tails
}

const hasFailed = (result: CommandResult | LinkLost): boolean => !(result instanceof LinkLost) && result.exitCode !== 0

const textOf = (result: CommandResult | LinkLost): string => {
  if (result instanceof LinkLost) return result.message
  return result.exitCode === 0 ? result.stdout : result.stderr
}
