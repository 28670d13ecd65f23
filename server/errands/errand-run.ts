import type { ErrandProgress } from '@/server/domain/errand'
import type { Transport } from '@/server/remote/transport'
import type { Db } from '@/server/store/database'

/** What the runner gives its errands. */
export type ErrandDeps = {
  db: Db
  /** Logs in by stored credentials to hosts whose keys are pinned. */
  transport: Transport
  secrets: {
    /** `context` is the credential's id. */
    openSealed(sealed: string, context: string): string
    sealAtRest(secret: string, context: string): string
    /** Of the audit's MACs. */
    auditKey: Uint8Array
  }
  /** Of the ssh-agent; undefined: there is none. */
  agentSocket?: string | undefined
  /** Where links in messages lead. */
  panelUrl?: string | undefined
  folders: { data: string; mirrorRoot: string | undefined; tiupRoot: string | undefined }
  now: () => Date
}

/** One errand on its way. */
export type ErrandRun = ErrandDeps & {
  progress(progress: ErrandProgress): Promise<void>
  signal: AbortSignal
}
