import { createReadStream } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { ReachInput } from '@/server/domain/ssh-client'
import { engineDefaults } from '@/server/engine/engine'
import { runJob } from '@/server/engine/run-job'
import type { ErrandDeps } from '@/server/errands/errand-run'
import { keepExport } from '@/server/errands/keep-export'
import { doErrand } from '@/server/errands/run-errands'
import { createTransport } from '@/server/remote/ssh-transport'
import { runnerKey } from '@/server/runner-key'
import { makeDemoPackages } from '@/server/sim/demo-packages'
import { type SimSshServer, startSshServer } from '@/server/sim/ssh-server'
import { openWorld, type StoredWorld } from '@/server/sim/store'
import { readBlob } from '@/server/store/blobs'
import { sealedOf } from '@/server/store/credentials'
import { askErrand, claimErrand } from '@/server/store/errands'
import { pinnedKeysOf } from '@/server/store/host-keys'
import { claimJob } from '@/server/store/jobs'
import { findPackage, packageFile } from '@/server/store/packages'
import { findPlan } from '@/server/store/plans'
import { writeSetting } from '@/server/store/settings'
import { type TestApi, testApi } from './test-api'

export type ErrandSeen<T> = { state: string; result: T; error: { code: string; problems: { code: string }[] } | null }

export type SimPanel = {
  panel: TestApi
  admin: string
  port: number
  deps: ErrandDeps
  world: StoredWorld['world']
  servers: Map<string, SimSshServer>
  key: ReturnType<typeof runnerKey>
  /** Calls the API as the administrator; throws unless it is 2xx. */
  call<T>(method: string, url: string, body?: unknown): Promise<T>
  /** Does what the API asked the runner for, as the runner would, until nothing is left. */
  work(): Promise<void>
  /** Calls a route that answers with an errand, does it, and resolves with its end. */
  errand<T>(method: string, url: string, body?: unknown): Promise<ErrandSeen<T>>
  /** Probes the hosts, confirms their keys, saves root's password: resolves with the credential's id. */
  login(): Promise<string>
  addPackages(): Promise<void>
  /** Asks for a plan and has it made. */
  plan<T>(cluster: string, operation: string, input: unknown, reach?: ReachInput): Promise<T & { id: string; state: string }>
  /** Submits a plan and has the engine run its job; resolves with the job's state. */
  run(planId: string, submit?: { confirm?: string; consent?: string[] }): Promise<string>
  close(): Promise<void>
}

/** API, errands, engine and simulated hosts behind real SSH, in one process. */
export const simPanel = async (addresses: readonly string[]): Promise<SimPanel> => {
  const panel = await testApi()
  const admin = await panel.token('admin')
  const key = runnerKey(Buffer.alloc(32, 6))
  await writeSetting(panel.db, 'secrets.public-key', key.publicKey)
  const dir = path.join(panel.folder, 'simulated')
  const { world, save } = openWorld(dir, addresses, Date.now)
  const servers = new Map<string, SimSshServer>()
  let port = 0
  for (const address of addresses) {
    const server = await startSshServer({ world, address, port, dir, delayMs: 0 })
    port = server.port
    servers.set(address, server)
  }
  const secretOf = async (id: string) => JSON.parse(key.openSealed((await sealedOf(panel.db, id)) ?? '', id))
  const transport = createTransport({ secretOf, pinnedKeys: (address, at) => pinnedKeysOf(panel.db, address, at) })
  const folders = { data: panel.folder, mirrorRoot: path.join(panel.folder, 'mirrors'), tiupRoot: path.join(panel.folder, 'tiup') }
  const deps: ErrandDeps = { db: panel.db, transport, secrets: key, folders, now: () => new Date() }

  const call = async <T>(method: string, url: string, body?: unknown): Promise<T> => {
    const answer = await panel.call(method, url, { as: admin, ...(body !== undefined && { body }) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`)
    return JSON.parse(text) as T // shapes are those of domain/api.ts
  }
  const work = async (): Promise<void> => {
    for (let row = await claimErrand(panel.db, 'test'); row; row = await claimErrand(panel.db, 'test')) {
      await doErrand(deps, row, new AbortController().signal)
    }
  }
  const errand = async <T>(method: string, url: string, body?: unknown): Promise<ErrandSeen<T>> => {
    const { id } = await call<{ id: string }>(method, url, body)
    await work()
    return call('GET', `/api/errands/${id}`)
  }
  const login = async (): Promise<string> => {
    const given = { name: 'root', username: 'root', sudo: 'root', password: 'root-pass' }
    const { id: credentialId } = await call<{ id: string }>('POST', '/api/credentials', given)
    type Probed = { address: string; port: number; keyType: string; key: string }
    const seen = await errand<Probed[]>('POST', '/api/hosts/probe', {
      hosts: addresses.map((address) => ({ address, port })),
      credentialId,
    })
    const keys = seen.result.map(({ address, port: at, keyType, key: body }) => ({ address, port: at, keyType, key: body }))
    await call('POST', '/api/host-keys', { keys })
    return credentialId
  }
  const addPackages = async (): Promise<void> => {
    await mkdir(path.join(panel.folder, 'incoming'), { recursive: true })
    for (const one of await makeDemoPackages(path.join(panel.folder, 'demo'))) {
      const file = crypto.randomUUID()
      await copyFile(one.path, path.join(panel.folder, 'incoming', file))
      const input = { input: { file, sha256: one.sha256, sizeBytes: one.sizeBytes, name: path.basename(one.path), by: 'test' } }
      await askErrand(panel.db, { kind: 'inspect-package', input, askedBy: 'test' })
    }
    await work()
  }
  const plan: SimPanel['plan'] = async (cluster, operation, input, reach) => {
    const { id } = await call<{ id: string }>('POST', `/api/clusters/${cluster}/plans`, { operation, input, ...(reach && { reach }) })
    await work()
    return call('GET', `/api/plans/${id}`)
  }
  const run = async (planId: string, submit: { confirm?: string; consent?: string[] } = {}): Promise<string> => {
    const job = await call<{ id: string }>('POST', `/api/plans/${planId}/jobs`, { consent: [], ...submit })
    const document = (await findPlan(panel.db, planId))?.document
    const runner = { machine: 'm', bootId: 'b', pid: process.pid, startTime: '1' }
    const claim = await claimJob(panel.db, runner, { nowMs: Date.now(), leaseMs: 45_000, isGone: () => true })
    if (!document || claim?.jobId !== job.id) throw new Error('nothing to claim')
    await runJob(
      {
        ...engineDefaults,
        ...{ db: panel.db, transport, panelId: 'p', runner, stopping: new AbortController().signal, pollMs: 50 },
        blobs: async (sha256) => (await readBlob(panel.db, sha256))?.parts ?? [],
        secret: async (id) => {
          const { password, plain } = await secretOf(id)
          return password ?? plain // an export has no password
        },
        keepExport: (kept) => keepExport(deps, kept),
        packages: async (sha256) => {
          const file = packageFile(panel.folder, sha256)
          const sizeBytes = (await findPackage(panel.db, sha256))?.sizeBytes ?? 0
          return { sizeBytes, sha256, open: (offset) => createReadStream(file, { start: offset }) }
        },
      },
      claim,
      document,
    )
    return (await call<{ state: string }>('GET', `/api/jobs/${job.id}`)).state
  }
  const close = async (): Promise<void> => {
    await transport.close()
    for (const server of servers.values()) await server.close()
    save()
    await panel.close()
  }
  return { panel, admin, port, deps, world, servers, key, call, work, errand, login, addPackages, plan, run, close }
}
