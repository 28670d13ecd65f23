import { parse } from 'yaml'
import { z } from 'zod'
import type { DmSource, DmTask } from './state'

const source = z.object({ 'source-id': z.string(), 'enable-relay': z.boolean().default(false) })
const task = z.object({ name: z.string(), 'mysql-instances': z.array(z.object({ 'source-id': z.string() })) })

const yaml = (text: string): unknown => {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

/** A source of its configuration file, if it is one. */
export const sourceOf = (config: string): DmSource | undefined => {
  const { data: read } = source.safeParse(yaml(config))
  return read && { id: read['source-id'], config, relay: read['enable-relay'] }
}

/** A task of its configuration file, if it is one; it replicates at once and without lag. */
export const taskOf = (config: string): DmTask | undefined => {
  const { data: read } = task.safeParse(yaml(config))
  if (!read) return undefined
  const subtasks = read['mysql-instances'].map((one) => ({
    ...{ source: one['source-id'], stage: 'Running', unit: 'Sync', lagS: 0, error: '', ddlLock: '' },
  }))
  return { name: read.name, config, subtasks }
}
