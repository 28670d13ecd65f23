import { z } from 'zod'
import { instancesOf } from './topology/instances'
import { writeTopology } from './topology/meta'
import type { Topology } from './topology/topology'
import { secretMask, withoutSecretMarks } from './topology/typed-secrets'

/** What a meta.yaml of TiUP says otherwise than the books. Secrets are masked; of those that differ the names. */
export const tiupChanges = z.object({
  version: z.object({ before: z.string(), after: z.string() }).nullable(),
  user: z.object({ before: z.string(), after: z.string() }).nullable(),
  added: z.array(z.string()),
  removed: z.array(z.string()),
  /** Instances whose mark was set, and was taken. */
  patched: z.array(z.string()),
  unpatched: z.array(z.string()),
  /** The whole topology as text. */
  before: z.string(),
  after: z.string(),
  secrets: z.array(z.string()),
  /** The SSH key is another one. */
  key: z.boolean(),
  any: z.boolean(),
})
export type TiupChanges = z.infer<typeof tiupChanges>

type Side = { version: string; user: string; topology: Topology }

export const changesBetween = (ours: Side, theirs: Side, more: { secrets: readonly string[]; key: boolean }): TiupChanges => {
  const [had, has] = [marksOf(ours.topology), marksOf(theirs.topology)]
  const differs = (before: string, after: string) => (before === after ? null : { before, after })
  const [before, after] = [textOf(ours.topology), textOf(theirs.topology)]
  const changes = {
    version: differs(ours.version, theirs.version),
    user: differs(ours.user, theirs.user),
    added: [...has.keys()].filter((id) => !had.has(id)),
    removed: [...had.keys()].filter((id) => !has.has(id)),
    patched: [...has].flatMap(([id, patched]) => (patched && had.get(id) === false ? [id] : [])),
    unpatched: [...has].flatMap(([id, patched]) => (!patched && had.get(id) === true ? [id] : [])),
    ...{ before, after, secrets: [...more.secrets], key: more.key },
  }
  const any = changes.version !== null || changes.user !== null || before !== after || more.secrets.length > 0 || more.key
  return { ...changes, any }
}

const marksOf = (topology: Topology): Map<string, boolean> => new Map(instancesOf(topology).map(({ id, patched }) => [id, patched]))

/** As `tiup dm edit-config` shows it, every secret masked. */
const textOf = (topology: Topology): string =>
  writeTopology(
    withoutSecretMarks(topology, () => secretMask),
    topology.grafanas.map(() => secretMask),
  )
