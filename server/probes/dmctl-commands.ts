/**
 * What the panel asks of dmctl. Each is one call of it; a path is relative to the private folder in which it runs: `in/…` is what was
 * given to it, `out` is what may be kept.
 */
export type DmctlCommand =
  | { do: 'version' }
  | { do: 'list-member' }
  | { do: 'show-sources' }
  /** `create`: refused for a source that exists already. The file may hold a password, the argv never does. */
  | { do: 'create-source' | 'update-source'; file: string }
  | { do: 'stop-source'; source: string }
  | { do: 'transfer-source'; source: string; worker: string }
  /** Of one task; `more`: of all, in full, which dmctl knows since v6.2; without either a summary of all. */
  | { do: 'query-status'; task?: string; sources?: readonly string[]; more?: true }
  | { do: 'show-ddl-locks'; task?: string }
  | { do: 'unlock-ddl-lock'; lock: string }
  /** Without workers: relay of the source itself, which DM knows since v5.4. */
  | { do: 'start-relay' | 'stop-relay'; source: string; workers: readonly string[] }
  | { do: 'pause-task' | 'resume-task' | 'stop-task'; task: string; sources?: readonly string[] }
  | { do: 'start-task'; file: string }
  | { do: 'config-export'; dir: string }
  | { do: 'config-import'; dir: string }
  | { do: 'get-config'; of: 'task' | 'source' | 'master' | 'worker'; name: string }
  /** Of whichever master leads; `PUT /apis/v1alpha1/leader/1` of the very master is what rolling steps use. */
  | { do: 'evict-leader' | 'cancel-evict-leader' }
  | { do: 'offline-member'; type: 'master' | 'worker'; name: string }

const ofSources = (sources: readonly string[] | undefined): string[] => (sources ?? []).flatMap((source) => ['-s', source])

/** The words after dmctl's own flags. Names that begin with a dash would be read as flags and are refused. */
export const dmctlWords = (command: DmctlCommand): string[] => {
  const words = wordsOf(command)
  const odd = namesOf(command).find((name) => name === '' || name.startsWith('-'))
  if (odd !== undefined) throw new Error(`not a name for dmctl: ${JSON.stringify(odd)}`)
  return words
}

const namesOf = (command: DmctlCommand): string[] => {
  const { do: _verb, ...given } = command
  return Object.values(given).flatMap((value: unknown) =>
    Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : [],
  )
}

const wordsOf = (command: DmctlCommand): string[] => {
  switch (command.do) {
    case 'version':
      return ['-V']
    case 'list-member':
      return ['list-member']
    case 'show-sources':
      return ['operate-source', 'show']
    case 'create-source':
      return ['operate-source', 'create', command.file]
    case 'update-source':
      return ['operate-source', 'update', command.file]
    case 'stop-source':
      return ['operate-source', 'stop', command.source]
    case 'transfer-source':
      return ['transfer-source', command.source, command.worker]
    case 'query-status':
      return ['query-status', ...ofSources(command.sources), ...(command.more ? ['--more'] : []), ...(command.task ? [command.task] : [])]
    // Its newer name, `shard-ddl-lock`, is not known to dmctl before v5.4; this one every version knows, though it is no longer in its help.
    case 'show-ddl-locks':
      return ['show-ddl-locks', ...(command.task ? [command.task] : [])]
    case 'unlock-ddl-lock':
      return ['unlock-ddl-lock', command.lock]
    default:
      return changingWords(command)
  }
}

type Changing = Extract<
  DmctlCommand,
  {
    do:
      | 'start-relay'
      | 'stop-relay'
      | 'pause-task'
      | 'resume-task'
      | 'stop-task'
      | 'start-task'
      | 'config-export'
      | 'config-import'
      | 'get-config'
      | 'evict-leader'
      | 'cancel-evict-leader'
      | 'offline-member'
  }
>

const changingWords = (command: Changing): string[] => {
  switch (command.do) {
    case 'start-relay':
    case 'stop-relay':
      return [command.do, '-s', command.source, ...command.workers]
    case 'pause-task':
    case 'resume-task':
    case 'stop-task':
      return [command.do, ...ofSources(command.sources), command.task]
    case 'start-task':
      return ['start-task', command.file]
    case 'config-export':
      return ['config', 'export', '-p', command.dir]
    case 'config-import':
      return ['config', 'import', '-p', command.dir]
    case 'get-config':
      return ['get-config', command.of, command.name]
    case 'evict-leader':
      return ['operate-leader', 'evict']
    case 'cancel-evict-leader':
      return ['operate-leader', 'cancel-evict']
    case 'offline-member':
      return ['offline-member', `--${command.type}`, '--name', command.name]
  }
}
