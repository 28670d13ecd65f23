import type { JobRow } from '@/server/domain/api'
import { AppError } from '@/server/domain/app-error'
import { type CommandResult, groupResults, growingResults } from '@/server/domain/command-results'
import type { Db } from '@/server/store/database'
import { readJournal } from '@/server/store/journal'
import { findPlan } from '@/server/store/plans'

export type ExecResults = { hosts: string[]; result: Omit<CommandResult, 'host' | 'step'> }[]

/** What a job's commands have printed, and how they ended; hosts with the same result together. Throws no-results. */
export const execResults = async (db: Db, job: JobRow): Promise<ExecResults> => {
  const plan = await findPlan(db, job.planId)
  if (!plan?.document || (job.operation !== 'exec' && job.operation !== 'dmctl'))
    throw new AppError('usecases.no-results', 404, { params: { number: job.number } })
  const growing = growingResults(plan.document)
  for (let after = 0; ; ) {
    const entries = await readJournal(db, job.id, after, 1000)
    for (const entry of entries) {
      after = entry.seq
      growing.add(entry)
    }
    if (entries.length < 1000) break
  }
  return groupResults(growing.list()).map(({ hosts, first: { host: _host, step: _step, ...result } }) => ({
    hosts: hosts.map(({ host }) => host),
    result,
  }))
}

/** As a text file: a head per result, then what was printed. */
export const resultsText = (groups: ExecResults): string =>
  groups.map(({ hosts, result }) => `${headOf(hosts, result)}\n${result.stdout}${part('stderr', result.stderr)}`).join('\n')

const headOf = (hosts: readonly string[], { command, state, exitCode, why }: ExecResults[number]['result']): string =>
  [
    `# hosts: ${hosts.join(', ')}`,
    `# command: ${command.replaceAll('\n', '\n#   ')}`,
    `# ${state}${exitCode === null ? '' : `, exit status ${exitCode}`}${why === '' ? '' : ` (${why})`}`,
  ].join('\n')

const part = (name: string, text: string): string => (text === '' ? '' : `# ${name}:\n${text}`)
