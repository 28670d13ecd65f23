import { type HopRow, jumpOf } from '@/components/plan/jump-fields'
import { isHopText, type JumpInput } from '@/server/domain/ssh-client'

export const places = ['path', 'archive', 'ssh'] as const
export type Place = (typeof places)[number]

/** What was typed for each place; kept while another is looked at. */
export type Typed = {
  path: string
  /** An upload that the server has kept, by its file's name. */
  archive: { id: string; name: string } | undefined
  ssh: { address: string; port: string; credentialId: string; path: string; hops: readonly HopRow[] }
}

export const nothingTyped: Typed = {
  path: '~/.tiup/storage/dm',
  archive: undefined,
  ssh: { address: '', port: '22', credentialId: '', path: '', hops: [] },
}

export type Source =
  | { path: string }
  | { archive: string }
  | { ssh: { address: string; port: number; credentialId: string; path?: string; jump?: JumpInput } }

/** The body of a scan or an adoption; a word for what is missing. */
export const sourceOf = (place: Place, typed: Typed): Source | 'adopt.archive-none' | 'adopt.ssh-missing' | 'adopt.ssh-jump-missing' => {
  if (place === 'path') return { path: typed.path }
  if (place === 'archive') return typed.archive ? { archive: typed.archive.id } : 'adopt.archive-none'
  const { address, port, credentialId, path, hops } = typed.ssh
  const number = Number(port)
  if (!address.trim() || !credentialId || !(Number.isInteger(number) && number > 0 && number < 65_536)) return 'adopt.ssh-missing'
  if (hops.length > 0 && (hops[0]?.credentialId === '' || hops.some(({ at }) => !isHopText(at)))) return 'adopt.ssh-jump-missing'
  const jump = hops.length > 0 ? { jump: jumpOf(hops) } : {}
  return { ssh: { address: address.trim(), port: number, credentialId, ...(path.trim() && { path: path.trim() }), ...jump } }
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
