import { everything, type Selection } from '@/components/rolling/selection'

export type FilesDraft = {
  selection: Selection
  verb: 'push' | 'pull'
  /** A finished upload. */
  file: { id: string; name: string; sizeBytes: number } | null
  path: string
  /** One a line. */
  paths: string
  mode: string
  backup: boolean
  sudo: boolean
  atOnce: string
}

export const empty: FilesDraft = {
  ...{ selection: everything, verb: 'push', file: null, path: '', paths: '', mode: '', backup: true, sudo: false, atOnce: '' },
}

export const pathsOf = ({ paths }: FilesDraft): string[] => paths.split('\n').flatMap((line) => line.trim() || [])

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

/** What the equal line names. */
export const wordsOf = (draft: FilesDraft): string =>
  (draft.verb === 'push' ? [draft.file?.name ?? '…', draft.path || '…'] : pathsOf(draft)).map(quoted).join(' ')

export const inputOf = (draft: FilesDraft, sudo: boolean) => {
  const { verb, selection, file, path, mode, backup } = draft
  const both = { ...selection, sudo, ...(draft.atOnce === '' ? {} : { atOnce: Number(draft.atOnce) }) }
  if (verb === 'pull') return { ...both, paths: pathsOf(draft) }
  return { ...both, upload: file?.id, path: path.trim(), backup, ...(mode === '' ? {} : { mode }) }
}
