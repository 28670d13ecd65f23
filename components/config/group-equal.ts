import type { FileChangeView } from '@/server/domain/api-config'

/** The same change of the same path on several instances stands once. */
export const groupEqual = (changes: readonly FileChangeView[]): { first: FileChangeView; instances: string[] }[] => {
  const groups = new Map<string, { first: FileChangeView; instances: string[] }>()
  for (const one of changes) {
    // Texts that are not shown may differ.
    const key = one.secret ? `${one.instance} ${one.path}` : JSON.stringify([one.path, one.change, one.before, one.after])
    const group = groups.get(key) ?? { first: one, instances: [] }
    group.instances.push(one.instance)
    groups.set(key, group)
  }
  return [...groups.values()]
}
