/** What a word of a command line stands for; `file` is given along with the line. */
export type WordKind = 'task' | 'source' | 'worker' | 'master' | 'member' | 'file' | 'lock' | 'thing' | 'text'
export type DmctlArg = { kind: WordKind; optional?: true; many?: true }
/** `switch`: a flag without a value. */
export type FlagKind = WordKind | 'switch'

export type DmctlSpec = {
  /** One word, or two: `operate-source create`. */
  name: string
  /** `reads` changes nothing anywhere. */
  effect: 'reads' | 'changes'
  args: readonly DmctlArg[]
  flags: Readonly<Record<string, FlagKind>>
  /** dmctl knows it from this version on. */
  since?: string
}

const source = { '--source': 'source' } as const
const task: DmctlArg = { kind: 'task' }
const file: DmctlArg = { kind: 'file' }
const text: DmctlArg = { kind: 'text' }
const anyText: DmctlArg = { kind: 'text', optional: true, many: true }
const position = { ...source, '--binlog-pos': 'text' } as const
const startTime = { '--start-time': 'text' } as const

const reads = (name: string, args: readonly DmctlArg[] = [], flags: DmctlSpec['flags'] = {}): DmctlSpec => ({
  ...{ name, effect: 'reads', args, flags },
})
const changes = (name: string, args: readonly DmctlArg[] = [], flags: DmctlSpec['flags'] = {}): DmctlSpec => ({
  ...{ name, effect: 'changes', args, flags },
})
const from = (since: string, ...specs: DmctlSpec[]): DmctlSpec[] => specs.map((one) => ({ ...one, since }))

/** dmctl's commands (help of v8.5 and the hidden ones that it still takes), as the console takes them. What is not here is refused. */
export const dmctlCommands: readonly DmctlSpec[] = [
  reads('list-member', [], { '--leader': 'switch', '--master': 'switch', '--worker': 'switch', '--name': 'member' }),
  reads('query-status', [{ ...task, optional: true }], { ...source, '--more': 'switch' }),
  reads('check-task', [file], { ...startTime, '--error': 'text', '--warn': 'text' }),
  reads('operate-source show', [{ kind: 'source', optional: true, many: true }]),
  changes('operate-source create', [{ ...file, many: true }], { '--worker': 'worker' }),
  changes('operate-source update', [{ ...file, many: true }]),
  changes('operate-source stop', [{ kind: 'source', many: true }]),
  changes('transfer-source', [{ kind: 'source' }, { kind: 'worker' }]),
  changes('start-relay', [{ kind: 'worker', optional: true, many: true }], source),
  changes('stop-relay', [{ kind: 'worker', optional: true, many: true }], source),
  changes('pause-relay', [], source),
  changes('resume-relay', [], source),
  changes('purge-relay', [], { ...source, '--filename': 'text', '--sub-dir': 'text' }),
  changes('start-task', [file], { ...source, ...startTime, '--remove-meta': 'switch' }),
  changes('pause-task', [{ ...task, optional: true }], { ...source, '--batch-size': 'text' }),
  changes('resume-task', [{ ...task, optional: true }], { ...source, '--batch-size': 'text' }),
  changes('stop-task', [{ ...task, optional: true }], { ...source, '--batch-size': 'text', '--timeout': 'text' }),
  reads('config task', [task]),
  reads('config source', [{ kind: 'source' }]),
  reads('config master', [{ kind: 'master' }]),
  reads('config worker', [{ kind: 'worker' }]),
  reads('config task-template', [{ kind: 'text', optional: true }]),
  changes('config export'),
  changes('config import', [file]),
  reads('get-config task', [task]),
  reads('get-config source', [{ kind: 'source' }]),
  reads('get-config master', [{ kind: 'master' }]),
  reads('get-config worker', [{ kind: 'worker' }]),
  reads('show-ddl-locks', [{ ...task, optional: true }]),
  changes('unlock-ddl-lock', [{ kind: 'lock' }], { '--owner': 'source', '--force-remove': 'switch', '--action': 'text' }),
  ...from(
    'v5.4.0',
    reads('shard-ddl-lock', [{ ...task, optional: true }]),
    changes('shard-ddl-lock unlock', [{ kind: 'lock' }], { '--owner': 'source', '--force-remove': 'switch', '--action': 'text' }),
  ),
  reads('binlog list', [task, { kind: 'thing', optional: true }], position),
  changes('binlog skip', [task], position),
  changes('binlog replace', [task, { ...text, many: true }], position),
  changes('binlog inject', [task, { ...text, many: true }], position),
  changes('binlog revert', [task], position),
  changes('handle-error', [task, { kind: 'thing' }, anyText], position),
  reads('binlog-schema list', [task, text, text], source),
  changes('binlog-schema update', [task, text, text, { ...file, optional: true }], {
    ...{ ...source, '--flush': 'switch', '--sync': 'switch', '--from-source': 'switch', '--from-target': 'switch' },
  }),
  changes('binlog-schema delete', [task, text, text], source),
  ...from(
    'v6.2.0',
    reads('validation status', [task], { '--table-stage': 'text' }),
    reads('validation show-error', [task], { '--error': 'text' }),
    changes('validation start', [{ ...task, optional: true }], { ...source, ...startTime, '--mode': 'text', '--all-task': 'switch' }),
    changes('validation stop', [{ ...task, optional: true }], { ...source, '--all-task': 'switch' }),
    changes('validation ignore-error', [task, { ...text, optional: true }], { '--all': 'switch' }),
    changes('validation resolve-error', [task, { ...text, optional: true }], { '--all': 'switch' }),
    changes('validation clear-error', [task, { ...text, optional: true }], { '--all': 'switch' }),
  ),
  changes('operate-leader evict'),
  changes('operate-leader cancel-evict'),
  changes('offline-member', [], { '--master': 'switch', '--worker': 'switch', '--name': 'member' }),
]

/** Short forms, as cobra takes them. */
export const shortFlags: Readonly<Record<string, string>> = {
  ...{ '-s': '--source', '-b': '--binlog-pos', '-w': '--worker', '-n': '--name', '-o': '--owner' },
}

/** The panel gives these itself. */
export const ownFlags: ReadonlySet<string> = new Set([
  ...['--master-addr', '--config', '--rpc-timeout', '--ssl-ca', '--ssl-cert', '--ssl-key', '--cert-allowed-cn', '--path', '-p'],
])

/** As its usage line says it: `transfer-source SOURCE WORKER`. */
export const usageOf = ({ name, args, flags }: DmctlSpec): string =>
  [
    name,
    ...Object.entries(flags).map(([flag, kind]) => `[${flag}${kind === 'switch' ? '' : ` ${kind.toUpperCase()}`}]`),
    ...args.map(({ kind, optional, many }) => {
      const word = `${kind.toUpperCase()}${many ? '…' : ''}`
      return optional ? `[${word}]` : word
    }),
  ].join(' ')
