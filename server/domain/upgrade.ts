import type { HostId, InstanceId } from './instance'

/** `redeploying`: the former version is being put beside it; `redeployed`: it runs again, what the new one left is still there. */
export type OpenState = 'open' | 'redeploying' | 'redeployed'

/** What was seen of an upgraded master when its turn ended: which start of its unit, and how often that process had led by then. */
export type MasterSeen = {
  /** Boot id and time of the start (`incarnationOf`); '' when it did not run in that boot. */
  incarnation: string
  /** Null: it did not say. */
  led: number | null
  /** Who led then, as DM said it. */
  leader: string
  at: string
}

/** A folder that is of no use any more once the upgrade has its end. */
export type LeftFolder = { host: HostId; path: string }

/** An upgrade that is not final yet. */
export type OpenUpgrade = {
  /** All jobs that worked on it: one that was broken off is taken up by another. */
  jobIds: readonly string[]
  from: string
  to: string
  state: OpenState
  /** A master of the new version has led, as the plan itself made it or as it was seen. Not so for sure while this is false. */
  led: boolean
  seen: Readonly<Record<InstanceId, MasterSeen>>
  left: readonly LeftFolder[]
}

/** What an export of sources and tasks holds, without its secrets. */
export type Backup = {
  id: string
  at: string
  sha256: string
  sizeBytes: number
  sources: readonly string[]
  tasks: readonly string[]
  /** source → workers that read its relay log. */
  relay: Readonly<Record<string, readonly string[]>>
}
