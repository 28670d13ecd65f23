import { isDmKey } from '@/server/domain/topology/dm-keys'
import type { SimMachine } from './machine'
import type { SimProcess } from './state'

/** dm-master and dm-worker end within a second of a start with a setting that they do not know (recorded b1). */
export const refusesConfig = (machine: SimMachine, { component, program }: SimProcess): boolean => {
  if (component !== 'dm-master' && component !== 'dm-worker') return false
  const toml = configOf(machine, { component, program })
  const role = component === 'dm-master' ? 'master' : 'worker'
  const [plain = '', ...tables] = toml.split(/^(?=\[)/m)
  const keys = [...plain.matchAll(/^"?([\w.-]+)"?\s*=/gm), ...tables.join('').matchAll(/^\[+"?([\w-]+)/gm)].map(([, key]) => key ?? '')
  return keys.some((key) => !isDmKey(role, key))
}

/** `keepalive-ttl` of a dm-worker, seconds: what it sets, else DM's 60. */
export const keepaliveTtlS = (machine: SimMachine, process: SimProcess): number =>
  Number(/^"?keepalive-ttl"?\s*=\s*(\d+)/m.exec(configOf(machine, process))?.[1] ?? 60)

const configOf = (machine: SimMachine, { component, program }: Pick<SimProcess, 'component' | 'program'>): string =>
  machine.text(`${program.replace(/\/bin\/.*$/, '')}/conf/${component}.toml`) ?? ''
