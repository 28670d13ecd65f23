import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { z } from 'zod'
import type { ClusterDetail, displayRow } from '@/server/domain/api'
import type { JobView } from '@/server/domain/job'
import { scanHostKeys } from '@/server/remote/scan-host-keys'
import { createTransport } from '@/server/remote/ssh-transport'
import type { Transport } from '@/server/remote/transport'
import type { WorldState } from '@/server/sim/state'
import { ApiClient } from '../support/api-client'
import { type Panel, startPanel, until } from '../support/panel'

export type Row = z.infer<typeof displayRow>
export type JobDetail = { id: string; number: number; operation: string; state: string; view: JobView }
export type Sim = { hosts: { address: string; port: number }[]; credentialId: string; version: string }

export const cluster = 'soaked'

/** A panel with simulated hosts, and its cluster seen from both sides: what the panel says, and what is so on the hosts. */
export type Ground = {
  panel: Panel
  api: ApiClient
  sim: Sim
  /** Straight to the hosts, past the panel. */
  hosts: Transport
  detail(): Promise<ClusterDetail>
  /** As the panel sees the instances from now on. */
  rows(): Promise<Row[]>
  /** What lies and runs on the simulated hosts. */
  world(): WorldState
  job(id: string): Promise<JobDetail>
  close(): Promise<void>
}

export const openGround = async (): Promise<Ground> => {
  const panel = await startPanel()
  const api = new PatientClient(panel.url)
  await api.setUp(panel.setupToken)
  const sim = await api.errand<Sim>('/api/simulated-hosts', {})
  const hosts = createTransport({
    secretOf: async () => ({ password: 'root-pass' }),
    pinnedKeys: (address, at) => scanHostKeys(address, at, 5000),
  })
  const unwatch = api.watch(cluster)
  const detail = () => api.get<ClusterDetail>(`/api/clusters/${cluster}`)
  const rows = async (): Promise<Row[]> => {
    const asked = new Date().toISOString()
    let seen = await detail()
    await until(async () => {
      seen = await detail()
      return seen.status !== null && seen.status.at > asked
    }, 60_000)
    return seen.status?.rows ?? []
  }
  return {
    ...{ panel, api, sim, hosts, detail, rows },
    world: () => JSON.parse(readFileSync(path.join(panel.dataDir, 'simulated', 'state.json'), 'utf8')) as WorldState, // as the simulator writes it
    job: (id) => api.get<JobDetail>(`/api/jobs/${id}`),
    close: async () => {
      unwatch()
      await hosts.close()
      await panel.stop()
    },
  }
}

/** Asks again while the web half is away, which is one of the faults. A write is repeated only when nobody took it. */
class PatientClient extends ApiClient {
  override async send(method: string, at: string, body?: unknown): Promise<Response> {
    const end = Date.now() + 60_000
    for (;;) {
      try {
        return await super.send(method, at, body)
      } catch (error) {
        const refused =
          error instanceof TypeError && /ECONNREFUSED/.test(String((error.cause as Error | undefined)?.message ?? error.cause))
        if (Date.now() > end || (method !== 'GET' && !refused)) throw error
        await new Promise((resolve) => setTimeout(resolve, 300))
      }
    }
  }
}
