import type { Shape } from '@/components/ui/status-shape'
import type { WorstStatus } from '@/server/domain/display'

export const worstOrder: readonly WorstStatus[] = ['bad', 'warn', 'unknown', 'stopped', 'ok']

const worst: Record<WorstStatus, Shape> = { ok: 'ok', warn: 'warn', bad: 'bad', unknown: 'unknown', stopped: 'off' }
export const worstShape = (status: WorstStatus): Shape => worst[status]

/** Shape of a status as `tiup dm display` words it. */
export const statusShape = (status: string): Shape => {
  const word = status.split('|')[0]?.toLowerCase() ?? ''
  if (['healthy', 'up', 'bound', 'relay'].includes(word)) return 'ok'
  if (word === 'free') return 'free'
  if (['unhealthy', 'offline'].includes(word)) return 'warn'
  if (['down', 'err', 'error'].includes(word)) return 'bad'
  if (word === 'inactive') return 'off'
  return 'unknown'
}

/** Stale: not read for more than this long while somebody looks. */
export const staleAfterS = 20
