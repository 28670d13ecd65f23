import { type Alias, type Document, isAlias, isSeq, parseDocument, visit, YAMLSeq } from 'yaml'
import type { InstanceId } from '../instance'
import { type Entries, entryId, listNames, sectionOf } from './entries'
import { writeTopology } from './meta'
import type { Topology } from './topology'
import { secretMask, withoutSecretMarks } from './typed-secrets'

/**
 * The user's text with more entries, its comments and theirs kept. `topology`: as it is before, in step with the text; `after`: as it is
 * then, written anew where the text can't be changed in place (anchors, or a text that says something else than the topology).
 */
export const joinText = (text: string, topology: Topology, added: { entries: Entries; text: string; after: Topology }): string =>
  written(text, topology, added.after, (doc) => {
    const more = read(added.text)
    if (aliasesIn(more).length > 0) return false
    for (const list of listNames) {
      const fresh = itemsOf(more, sectionOf[list])
      if (fresh.length !== added.entries[list].length) return false
      if (fresh.length === 0) continue
      const items = sectionFor(doc, sectionOf[list]).items
      const ids = topology[list].map(entryId)
      for (const [i, entry] of added.entries[list].entries()) {
        const at = ids.indexOf(entryId(entry))
        if (at < 0) items.push(fresh[i])
        else items[at] = fresh[i]
      }
    }
    return true
  })

/** The user's text without an instance; a section without entries goes too. */
export const leaveText = (text: string, topology: Topology, left: { instance: InstanceId; after: Topology }): string =>
  written(text, topology, left.after, (doc) => {
    for (const list of listNames) {
      const at = topology[list].findIndex((one) => entryId(one) === left.instance)
      if (at < 0) continue
      if (topology[list].length === 1) doc.delete(sectionOf[list])
      else itemsOf(doc, sectionOf[list]).splice(at, 1)
    }
    return true
  })

/** The user's text with the folders of `after` for every dm-master and dm-worker; `dropKey`: without the panel's own key file. */
export const foldersText = (text: string, topology: Topology, { after, dropKey }: { after: Topology; dropKey: boolean }): string =>
  written(text, topology, after, (doc) => {
    if (aliasesIn(doc).length > 0) return false
    for (const list of ['masters', 'workers'] as const)
      for (const [i, entry] of after[list].entries())
        for (const key of ['deploy_dir', 'data_dir', 'log_dir'] as const) if (entry[key]) doc.setIn([sectionOf[list], i, key], entry[key])
    if (dropKey && doc.hasIn(['server_configs', 'master', 'secret-key-path'])) doc.deleteIn(['server_configs', 'master', 'secret-key-path'])
    return true
  })

const written = (text: string, topology: Topology, after: Topology, change: (doc: Document.Parsed) => boolean): string => {
  const doc = read(text)
  const inStep = doc.errors.length === 0 && listNames.every((list) => itemsOf(doc, sectionOf[list]).length === topology[list].length)
  if (inStep && change(doc) && aliasesIn(doc).every((alias) => alias.resolve(doc) !== undefined)) return doc.toString({ lineWidth: 0 })
  // Secrets stay behind the mask: in the books they have names of their own.
  return writeTopology(
    withoutSecretMarks(after, () => secretMask),
    after.grafanas.map(() => secretMask),
  )
}

const read = (text: string): Document.Parsed => parseDocument(text, { intAsBigInt: true, merge: true, logLevel: 'silent' })

const itemsOf = (doc: Document.Parsed, section: string): unknown[] => {
  const node: unknown = doc.get(section)
  return isSeq(node) ? node.items : []
}

const sectionFor = (doc: Document.Parsed, section: string): YAMLSeq => {
  const node: unknown = doc.get(section)
  if (isSeq(node)) return node
  const fresh = new YAMLSeq()
  doc.set(doc.createNode(section), fresh)
  return fresh
}

/** What they point at may have gone with an entry, or was not taken along. */
const aliasesIn = (doc: Document.Parsed): Alias[] => {
  const found: Alias[] = []
  visit(doc, (_key, node) => {
    if (isAlias(node)) found.push(node)
  })
  return found
}
