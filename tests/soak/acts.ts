import type { Chance } from './chance'
import type { Row, Sim } from './ground'

/** What may be asked for of the cluster as it is: operation and input; undefined where it makes no sense now. */
export type Act = { operation: string; input: unknown }
export type Scene = { chance: Chance; rows: readonly Row[]; version: string; openUpgrade: boolean; addresses: readonly string[]; sim: Sim }

const masters = ({ rows }: Scene): Row[] => rows.filter(({ role }) => role === 'dm-master')
const workers = ({ rows }: Scene): Row[] => rows.filter(({ role }) => role === 'dm-worker')
const all = { roles: [], nodes: [] }
const quick = { canary: false, stableS: 0 }
const reason = 'the soak'
const stop = (): Act => ({ operation: 'stop', input: all })

/** Some instances, a role, or all. */
const selection = (scene: Scene): { roles: string[]; nodes: string[] } => {
  const { chance, rows } = scene
  if (chance.often(0.4)) return all
  if (chance.often(0.3)) return { roles: [chance.pick(['dm-master', 'dm-worker'])], nodes: [] }
  return { roles: [], nodes: chance.some(rows, 1 + chance.below(3)).map(({ id }) => id) }
}

const scaleOut = (scene: Scene): Act | undefined => {
  const { chance, addresses } = scene
  const role = chance.often(0.4) ? 'master' : 'worker'
  const there = role === 'master' ? masters(scene) : workers(scene)
  if (there.length >= (role === 'master' ? 5 : 7)) return undefined
  const taken = new Set(there.map(({ host }) => host))
  const free = addresses.filter((address) => !taken.has(address))
  if (free.length === 0) return undefined
  const yaml = `${role}_servers:\n  - host: ${chance.pick(free)}\n`
  return { operation: 'scale-out', input: { topology: yaml, packages: {}, waivers: [], credentialId: scene.sim.credentialId } }
}

const scaleIn = (scene: Scene): Act | undefined => {
  const { chance } = scene
  const from = chance.often(0.4) && masters(scene).length > 3 ? masters(scene) : workers(scene).length > 3 ? workers(scene) : []
  return from.length === 0
    ? undefined
    : { operation: 'scale-in', input: { nodes: [chance.pick(from).id], rolling: quick, credentialId: scene.sim.credentialId } }
}

const patch = (scene: Scene): Act => ({ operation: 'patch', input: { ...selection(scene), to: 'former', rolling: quick } })

const upgrade = ({ version, openUpgrade, chance }: Scene): Act => {
  if (!openUpgrade)
    return { operation: 'upgrade', input: { version: version === 'v8.5.0' ? 'v8.5.1' : version, rolling: quick, pauseBeforeLast: false } }
  return chance.often(0.5) ? { operation: 'finalise', input: {} } : { operation: 'rollback', input: { rolling: quick } }
}

/** By weight. */
const kinds: readonly [weight: number, make: (scene: Scene) => Act | undefined][] = [
  [4, (scene) => ({ operation: 'restart', input: { ...selection(scene), rolling: quick } })],
  [1, (scene) => ({ operation: 'restart', input: { ...selection(scene), atOnce: true, waivers: [{ code: 'restart.at-once', reason }] } })],
  [
    2,
    (scene) => ({
      operation: 'reload',
      input: { ...selection(scene), restart: scene.chance.pick(['changed', 'all', 'none']), rolling: quick },
    }),
  ],
  [4, scaleOut],
  [4, scaleIn],
  [2, upgrade],
  [1, stop],
  [2, (scene) => ({ operation: 'stop', input: selection(scene) })],
  [2, (scene) => ({ operation: 'start', input: selection(scene) })],
  [1, (scene) => ({ operation: scene.chance.pick(['enable', 'disable']), input: selection(scene) })],
  [1, () => ({ operation: 'prune', input: { names: [] } })],
  [1, patch],
  [1, (scene) => ({ operation: 'exec', input: { ...selection(scene), command: 'echo {{ .DeployDir }}; hostname', sudo: false } })],
  [1, () => ({ operation: 'clean', input: { logs: true, data: false } })],
]

/** The next act: a kind by its weight, again while it makes no sense now. */
export const nextAct = (scene: Scene): Act => {
  const lots = kinds.flatMap(([weight, make]) => Array.from({ length: weight }, () => make))
  for (;;) {
    const act = scene.chance.pick(lots)(scene)
    if (act) return act
  }
}
