import type { HostId } from '@/server/domain/instance'
import type { Plan } from '@/server/domain/plan'
import type { Claim } from '@/server/store/jobs'
import type { Engine } from './engine'
import type { Hosts } from './hosts'
import type { JournalWriter } from './journal-writer'

/** One attempt at one job. */
export type JobRun = {
  engine: Engine
  plan: Plan
  claim: Claim
  writer: JournalWriter
  hosts: Hosts
  /** Aborted when this attempt must not touch anything any more: the lease is lost, or a lane threw. */
  dead: AbortController
  /** Lanes whose `onLeave` has run since they were last entered in this attempt. */
  left: Set<string>
  /** Hosts whose lock this attempt has taken. */
  locked: Set<HostId>
}

/** Throws when this attempt has lost the job or is being torn down; asked before every effect. */
export const demandAlive = (run: JobRun): void => {
  if (run.dead.signal.aborted) throw run.dead.signal.reason
}
