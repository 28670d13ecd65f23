import type { Problem } from '../problem'
import { type Entries, entryId, listNames, sectionOf } from './entries'
import { type Entry, hostIdOf, type Topology } from './topology'

/**
 * What an edit may not change, as TiUP's `edit-config` has it: keys that are not tagged `validate:"…:editable"` in tiup 842f05c,
 * components/dm/spec. Instances come and go by scale-out and scale-in.
 */
const fixedGlobal = [
  ...(['user', 'group', 'ssh_type', 'enable_tls', 'deploy_dir', 'data_dir', 'log_dir', 'os', 'arch', 'systemd_mode'] as const),
]
const fixedMonitored = [
  ...(['node_exporter_port', 'blackbox_exporter_port', 'node_exporter_version', 'blackbox_exporter_version'] as const),
  ...(['deploy_dir', 'data_dir', 'log_dir'] as const),
]
const fixedEntry = [
  ...['host', 'port', 'web_port', 'peer_port', 'cluster_port', 'name', 'ignore_exporter'],
  ...['deploy_dir', 'data_dir', 'log_dir', 'v1_source_path', 'arch', 'os'],
]
const identity = ['host', 'port', 'web_port']
const derivedDirs = ['deploy_dir', 'data_dir', 'log_dir']

const component: Readonly<Record<keyof Entries, string>> = {
  masters: 'dm-master',
  workers: 'dm-worker',
  monitors: 'prometheus',
  grafanas: 'grafana',
  alertmanagers: 'alertmanager',
}

/**
 * Every change that an edit may not make, with its path in the new text. `isWritten`: whether a path stands in that text; a folder that
 * only follows from a changed `global` is not said again.
 */
export const immutableProblems = (before: Topology, after: Topology, isWritten: (path: string) => boolean): Problem[] => {
  const global = fieldsChanged(before.global, after.global, fixedGlobal).map((change) => immutable('global', 'global', change))
  const followsFromGlobal = global.some(({ params }) => ['user', ...derivedDirs].includes(String(params.field)))
  const isSaid = ({ path, params }: Problem): boolean =>
    !(followsFromGlobal && derivedDirs.includes(String(params.field)) && !isWritten(path ?? ''))
  return [
    ...global,
    ...monitoredProblems(before, after).filter(isSaid),
    ...listNames.flatMap((list) => listProblems(list, before[list], after[list])).filter(isSaid),
  ]
}

const monitoredProblems = ({ monitored: before }: Topology, { monitored: after }: Topology): Problem[] => {
  if (before && after) return fieldsChanged(before, after, fixedMonitored).map((change) => immutable('monitored', 'monitored', change))
  if (!before && !after) return []
  return [{ code: after ? 'edit.monitored-added' : 'edit.monitored-removed', severity: 'error', path: 'monitored', params: {} }]
}

type Change = { field: string; from: string; to: string }

const immutable = (what: string, path: string, { field, from, to }: Change): Problem => ({
  code: 'edit.immutable',
  severity: 'error',
  path: `${path}.${field}`,
  params: { what, field, from: from || '–', to: to || '–' },
})

const fieldsChanged = (before: object, after: object, fields: readonly string[]): Change[] =>
  fields.flatMap((field) => {
    const [from, to] = [shown(Reflect.get(before, field)), shown(Reflect.get(after, field))]
    return from === to ? [] : [{ field, from, to }]
  })

/** What is left out is the same as empty and as false: TiUP leaves all three out of its file. */
const shown = (value: unknown): string => (value === undefined || value === false ? '' : String(value))

const listProblems = (list: keyof Entries, before: readonly Entry[], after: readonly Entry[]): Problem[] => {
  const section = sectionOf[list]
  const missing = before.filter((one) => !after.some((other) => entryId(other) === entryId(one)))
  const problems = after.flatMap((entry, i): Problem[] => {
    const same = before.find((one) => entryId(one) === entryId(entry))
    const path = `${section}.${i}`
    if (same) return fieldsChanged(same, entry, fixedEntry).map((change) => immutable(nameOf(list, same), path, change))
    const moved = takePair(missing, entry)
    if (!moved) return [{ code: 'edit.added', severity: 'error', path, params: { what: nameOf(list, entry) } }]
    // All else about it follows from where it is, so that only that is said.
    return fieldsChanged(moved, entry, identity).map((change) => immutable(nameOf(list, moved), path, change))
  })
  const removed = missing.map(
    (one): Problem => ({ code: 'edit.removed', severity: 'error', path: section, params: { what: nameOf(list, one) } }),
  )
  return [...problems, ...removed]
}

/** Which instance an unknown entry most likely was: one of its host, or the only one that is missing. */
const takePair = (missing: Entry[], entry: Entry): Entry | undefined => {
  const sameHost = missing.findIndex(({ host }) => host === entry.host)
  const at = sameHost >= 0 ? sameHost : missing.findIndex((one) => portOf(one) === portOf(entry))
  return at < 0 ? undefined : missing.splice(at, 1)[0]
}

const portOf = (entry: Entry): number => ('web_port' in entry ? entry.web_port : entry.port)

const nameOf = (list: keyof Entries, entry: Entry): string => `${component[list]} ${entryId(entry)}`

/**
 * The edited topology with what the books know and no text says: states of instances, marks of patches, and platforms that were seen. Also
 * where an entry repeats a mark that is not so any more.
 */
export const withBooks = (before: Topology, edited: Topology): Topology => {
  const known = <T extends Entry>(former: readonly T[], entries: readonly T[]): T[] =>
    entries.map((entry) => {
      const same = former.find((one) => entryId(one) === entryId(entry))
      const { patched: _typed, lifecycle: _none, ...rest } = entry
      return {
        ...(rest as T), // only what is put back below was taken away
        ...(same?.patched === undefined ? {} : { patched: same.patched }),
        ...(same?.lifecycle === undefined ? {} : { lifecycle: same.lifecycle }),
        ...platformOf(entry, same ?? former.find((one) => hostIdOf(one) === hostIdOf(entry))),
      }
    })
  return {
    ...edited,
    masters: known(before.masters, edited.masters),
    workers: known(before.workers, edited.workers),
    monitors: known(before.monitors, edited.monitors),
    grafanas: known(before.grafanas, edited.grafanas),
    alertmanagers: known(before.alertmanagers, edited.alertmanagers),
  }
}

const platformOf = (entry: Entry, seen: Entry | undefined): { os?: string; arch?: string } => {
  const [os, arch] = [entry.os || seen?.os, entry.arch || seen?.arch]
  return { ...(os ? { os } : {}), ...(arch ? { arch } : {}) }
}
