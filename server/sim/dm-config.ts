import { isDmKey } from '@/server/domain/topology/dm-keys'
import type { SimMachine } from './machine'
import type { SimProcess } from './state'

/** dm-master and dm-worker end within a second of a start with a setting that they do not know (recorded b1). */
export const refusesConfig = (machine: SimMachine, { component, program }: SimProcess): boolean => {
  if (component !== 'dm-master' && component !== 'dm-worker') return false
  const folder = program.replace(/\/bin\/.*$/, '')
  const toml = machine.text(`${folder}/conf/${component}.toml`) ?? ''
  const role = component === 'dm-master' ? 'master' : 'worker'
  const [plain = '', ...tables] = toml.split(/^(?=\[)/m)
  const keys = [...plain.matchAll(/^"?([\w.-]+)"?\s*=/gm), ...tables.join('').matchAll(/^\[+"?([\w-]+)/gm)].map(([, key]) => key ?? '')
  return keys.some((key) => !isDmKey(role, key))
}
