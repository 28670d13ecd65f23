export const places = ['path', 'archive', 'ssh'] as const
export type Place = (typeof places)[number]

/** What was typed for each place; kept while another is looked at. */
export type Typed = {
  path: string
  /** An upload that the server has kept, by its file's name. */
  archive: { id: string; name: string } | undefined
  ssh: { address: string; port: string; credentialId: string; path: string }
}

export const nothingTyped: Typed = {
  path: '~/.tiup/storage/dm',
  archive: undefined,
  ssh: { address: '', port: '22', credentialId: '', path: '' },
}

export type Source =
  | { path: string }
  | { archive: string }
  | { ssh: { address: string; port: number; credentialId: string; path?: string } }

/** The body of a scan or an adoption; a word for what is missing. */
export const sourceOf = (place: Place, typed: Typed): Source | 'adopt.archive-none' | 'adopt.ssh-missing' => {
  if (place === 'path') return { path: typed.path }
  if (place === 'archive') return typed.archive ? { archive: typed.archive.id } : 'adopt.archive-none'
  const { address, port, credentialId, path } = typed.ssh
  const number = Number(port)
  if (!address.trim() || !credentialId || !(Number.isInteger(number) && number > 0 && number < 65_536)) return 'adopt.ssh-missing'
  return { ssh: { address: address.trim(), port: number, credentialId, ...(path.trim() && { path: path.trim() }) } }
}

export type Found = {
  name: string
  version: string
  user: string
  nodes: number
  patched: number
  hasKey: boolean
  known: boolean
  problems: { code: string; params: Record<string, string | number> }[]
}

/** Only a cluster whose meta.yaml and key could be read. */
export const canAdopt = ({ known, hasKey, version }: Found): boolean => !known && hasKey && version !== ''
