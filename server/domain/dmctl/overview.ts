/** One error of a subtask or of relay, in DM's own words; `code` 0: it has none. */
export type DmError = { code: number; message: string; cause: string; workaround: string }

/** One task on one source. */
export type DmTaskRow = {
  task: string
  source: string
  worker: string
  stage: string
  unit: string
  /** secondsBehindMaster; null where the unit has none. */
  lagS: number | null
  /** Of a dump or load, as DM says it; '' elsewhere. */
  progress: string
  /** Where the upstream is, and where the task is; '' where it is not known. */
  masterBinlog: string
  syncerBinlog: string
  errors: DmError[]
  ddlLock: string
  blockingDdls: string[]
}

export type DmRelay = { stage: string; masterBinlog: string; relayBinlog: string; caughtUp: boolean; errors: DmError[] }

export type DmSourceRow = {
  source: string
  /** '': no worker holds it. */
  worker: string
  /** DM's word for the worker; '' where it is not known. */
  workerStage: string
  /** What DM says of it: that no worker was free, or why its worker is silent. */
  note: string
  relay: DmRelay | null
  tasks: string[]
}

export type DmLock = { id: string; task: string; owner: string; ddls: string[]; unsynced: string[] }
export type DmWorkerRow = { name: string; stage: string; source: string }

/** Sources and tasks of a cluster, as DM says they are now. */
export type DmOverview = {
  at: string
  sources: DmSourceRow[]
  tasks: DmTaskRow[]
  locks: DmLock[]
  workers: DmWorkerRow[]
}
