import type { HostId, InstanceId } from '@/server/domain/instance'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { secretMask } from '@/server/domain/topology/typed-secrets'
import type { Part } from '@/server/templates/rendered-file'
import { groupOn } from './deploy-paths'
import type { OperationInput, PlannedBlob } from './input'
import { instanceFiles } from './instance-files'

/** A topology and all else that its files are made of. */
export type Configuration = { topology: Topology; input: OperationInput }

/** How a file of an instance changes. `left`: it is not rendered any more; nobody deletes it. Texts of secret files are null. */
export type FileChange = {
  instance: InstanceId
  component: string
  host: HostId
  path: string
  change: 'added' | 'changed' | 'left'
  secret: boolean
  before: string | null
  after: string | null
}

/**
 * Every rendered file that differs, instance by instance; `beforeOf`: the configuration that the instance runs, undefined for one that
 * has none. Instances that are joining or leaving are left out: their scale finishes them. `retyped`: whose secrets were typed anew.
 */
export const configChanges = (
  beforeOf: (instance: InstanceId) => Configuration | undefined,
  after: Configuration,
  retyped: ReadonlySet<InstanceId> = new Set(),
): FileChange[] =>
  instancesOf(after.topology).flatMap((instance): FileChange[] => {
    const before = beforeOf(instance.id)
    if (!before || instance.lifecycle !== 'active') return []
    const [was, is] = [filesOf(instance.id, before), filesOf(instance.id, after)]
    return [...new Set([...was.keys(), ...is.keys()])].flatMap((path): FileChange[] => {
      const [a, b] = [was.get(path), is.get(path)]
      const same = a && b && a.sha256 === b.sha256 && a.mode === b.mode
      if (same && !(b.secret && retyped.has(instance.id))) return []
      const secret = (a?.hidden ?? false) || (b?.hidden ?? false)
      const common = { instance: instance.id, component: instance.component, host: instance.hostId, path, secret }
      return [{ ...common, change: a ? (b ? 'changed' : 'left') : 'added', before: textOf(a), after: textOf(b) }]
    })
  })

type Rendered = { sha256: string; mode: string; secret: boolean; hidden: boolean; parts: readonly Part[] }

const filesOf = (id: InstanceId, { topology, input }: Configuration): Map<string, Rendered> => {
  const instance = instancesOf(topology).find((one) => one.id === id)
  const files = new Map<string, Rendered>()
  if (!instance) return files
  const kept = new Map<string, PlannedBlob>()
  const keep = (blob: PlannedBlob): PlannedBlob => {
    kept.set(blob.sha256, blob)
    return blob
  }
  for (const { subject, step } of instanceFiles(instance, {
    topology,
    input,
    keep,
    owner: topology.global.user,
    group: groupOn(topology, undefined),
  })) {
    if (step.kind !== 'file') continue
    const { sha256, secret } = step.content
    // Of a Grafana's settings only the secrets are hidden; other secret files may hold some in their literal text.
    const hidden = secret && instance.component !== 'grafana'
    files.set(subject, { sha256, mode: step.mode, secret, hidden, parts: kept.get(sha256)?.parts ?? [] })
  }
  return files
}

const textOf = (file: Rendered | undefined): string | null =>
  !file || file.hidden ? null : file.parts.map((part) => ('text' in part ? part.text : secretMask)).join('')
