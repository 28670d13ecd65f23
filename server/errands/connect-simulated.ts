import { copyFile, mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import { scanHostKeys } from '@/server/remote/scan-host-keys'
import { findCredential, keepCredential } from '@/server/store/credentials'
import { pinHostKeys } from '@/server/store/host-keys'
import type { ErrandRun } from './errand-run'
import { keepArchive } from './packages'

/** What the simulator writes beside its hosts when all of them answer. */
const readyFile = z.object({
  hosts: z.array(z.object({ address: z.string(), port: z.number() })),
  packages: z.array(z.string()),
  root: z.object({ user: z.string(), password: z.string() }),
})
export type SimulatedHosts = { hosts: { address: string; port: number }[]; credentialId: string; version: string }

const credentialId = 'simulated-hosts'
const waitMs = 60_000

/**
 * Makes the simulated hosts usable like any others: waits until they answer, pins their keys (they are on this machine's loopback),
 * keeps their root password as a credential, and puts their packages into the store. Does nothing twice.
 */
export const connectSimulated = async (run: ErrandRun): Promise<SimulatedHosts> => {
  const ready = await untilReady(run)
  for (const { address, port } of ready.hosts) {
    const keys = await scanHostKeys(address, port, 5000)
    const pins = keys.map((key) => ({ ...key, address, port, confirmedBy: 'simulated hosts' }))
    await pinHostKeys(run.db, pins, { replace: true })
  }
  await keepLogin(run, ready.root)
  await keepPackages(run, ready.packages)
  return { hosts: ready.hosts, credentialId, version: 'v8.5.0' }
}

const untilReady = async (run: ErrandRun): Promise<z.infer<typeof readyFile>> => {
  const file = path.join(run.folders.data, 'simulated', 'ready.json')
  const end = Date.now() + waitMs
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => undefined) // not there yet: asked again
    if (text !== undefined) return readyFile.parse(JSON.parse(text))
    if (Date.now() > end || run.signal.aborted) throw new AppError('errands.simulator-silent', 503)
    await sleep(300)
  }
}

const keepLogin = async (run: ErrandRun, root: { user: string; password: string }): Promise<void> => {
  if (await findCredential(run.db, credentialId)) return
  await keepCredential(run.db, {
    id: credentialId,
    name: 'Simulated hosts',
    kind: 'password',
    username: root.user,
    sudo: 'root',
    sealed: run.secrets.sealAtRest(JSON.stringify({ password: root.password }), credentialId),
    oneTimeFor: null,
    createdBy: 'simulated hosts',
  })
}

const keepPackages = async (run: ErrandRun, files: readonly string[]): Promise<void> => {
  const incoming = path.join(run.folders.data, 'incoming')
  await mkdir(incoming, { recursive: true, mode: 0o700 })
  for (const [done, file] of files.entries()) {
    const fileName = path.basename(file)
    const copy = path.join(incoming, fileName)
    await copyFile(file, copy)
    await keepArchive(run, { file: copy, fileName, origin: { from: 'upload', detail: 'simulated hosts' }, by: 'simulated hosts' })
    await run.progress({ done: done + 1, total: files.length, at: fileName })
  }
}
