import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { isGone, thisRunner } from './engine/claim-loop'

const holder = z.object({ machine: z.string(), bootId: z.string(), pid: z.number(), startTime: z.string() })

/** Another panel on this machine works on the data folder. */
export class DataFolderInUse extends Error {
  override name = 'DataFolderInUse'
  constructor(folder: string, pid: number) {
    super(
      `The data folder ${folder} is in use by another DM Panel (process ${pid}). End that one first, or set DM_PANEL_DATA to a folder of its own.`,
    )
  }
}

/**
 * Takes the data folder for this process until it ends; throws `DataFolderInUse` while another one lives. What a process left that
 * is gone (killed, or before a reboot) is taken over. Two machines that share a folder are not noticed.
 */
export const takeDataFolder = (folder: string): void => {
  const lock = path.join(folder, 'panel.lock')
  const me = thisRunner('this machine')
  const mine = `${lock}.${me.pid}`
  writeFileSync(mine, JSON.stringify(me), { mode: 0o600 })
  try {
    // A link is made whole or not at all, and never over another's.
    while (!linked(mine, lock)) takeAwayStale(lock, { folder, aside: `${mine}.stale` })
  } finally {
    rmSync(mine, { force: true })
  }
  process.on('exit', () => {
    if (holderOf(lock)?.pid === me.pid) rmSync(lock, { force: true })
  })
}

const linked = (from: string, to: string): boolean => {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Moved aside and looked at again before it is dropped: another starter may have been faster. */
const takeAwayStale = (lock: string, { folder, aside }: { folder: string; aside: string }): void => {
  refuseIfAlive(lock, folder)
  try {
    renameSync(lock, aside)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
    throw error
  }
  try {
    refuseIfAlive(aside, folder)
  } catch (error) {
    linked(aside, lock)
    throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

const refuseIfAlive = (lock: string, folder: string): void => {
  const other = holderOf(lock)
  const me = thisRunner('this machine')
  if (other && other.pid !== me.pid && !isGone(other, me)) throw new DataFolderInUse(folder, other.pid)
}

/** undefined when nobody holds it, or what lies there is not ours to read. */
const holderOf = (lock: string): z.infer<typeof holder> | undefined => {
  try {
    return holder.parse(JSON.parse(readFileSync(lock, 'utf8')))
  } catch {
    return undefined // absent or damaged: then it names nobody
  }
}
