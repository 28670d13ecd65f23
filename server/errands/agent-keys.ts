import type { AgentKeys } from '@/server/domain/api-hosts'
import { listAgentKeys } from '@/server/remote/ssh-agent'
import type { ErrandRun } from './errand-run'

/** What the runner's ssh-agent holds. One that does not answer is no error: it says so. */
export const agentKeys = async ({ agentSocket }: ErrandRun): Promise<AgentKeys> => {
  if (agentSocket === undefined) return { offered: false, error: '', keys: [] }
  try {
    return { offered: true, error: '', keys: await listAgentKeys(agentSocket) }
  } catch (error) {
    return { offered: true, error: `${agentSocket}: ${error instanceof Error ? error.message : String(error)}`, keys: [] }
  }
}
