import { randomUUID } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { startClaimLoop, thisRunner } from './engine/claim-loop'
import { ContentGone } from './engine/content-gone'
import { type Engine, engineDefaults } from './engine/engine'
import { watchMonitors } from './engine/watch-monitors'
import { startWatcher, type Watcher } from './engine/watch-status'
import { type Env, readEnv } from './env'
import { keepExport } from './errands/keep-export'
import { pullStore, sweepKeptFiles } from './errands/kept-files'
import { runNotifier } from './errands/notify'
import { runErrands } from './errands/run-errands'
import { runSealer } from './errands/seal-audit'
import { watchAudit } from './errands/watch-audit'
import { askedToEnd, runMain } from './exit'
import type { Secret } from './remote/connect'
import { listAgentKeys } from './remote/ssh-agent'
import { createTransport } from './remote/ssh-transport'
import type { PutSource } from './remote/transport'
import { openRunnerKey, type RunnerKey } from './runner-key'
import { readBlob } from './store/blobs'
import { sealedOf } from './store/credentials'
import { type Db, openDatabase } from './store/database'
import { pinnedKeysOf } from './store/host-keys'
import { findPush, keptFile } from './store/kept-files'
import { findPackage, packageFile } from './store/packages'
import { beat, forgetRunner } from './store/runner-beat'
import { panelId } from './store/settings'

/**
 * One of the runner's duties: works until `stopping` is aborted, then ends what it has begun and resolves.
 * One that rejects ends the process; the supervisor starts it again and the journal says where to go on.
 */
type Part = (stopping: AbortSignal) => Promise<void>

const beatMs = 5_000
const sweepMs = 60_000

/** The half that reaches hosts: jobs, errands, the status watcher, the audit sealer. Alone holds the master key. */
const main = async (): Promise<void> => {
  const env = readEnv()
  const db = await openDatabase(env.databaseUrl)
  const key = await openRunnerKey(db, env.keyFile)
  const panel = await panelId(db)
  const id = randomUUID()
  const stopping = new AbortController()
  const secretOf = secretsOf(db, key)
  const transport = createTransport({
    secretOf,
    pinnedKeys: (address, port) => pinnedKeysOf(db, address, port),
    systemSsh: env.systemSsh,
    defaultClient: env.nativeSsh ? 'system' : 'builtin',
    agentSocket: env.agentSocket,
  })
  await checkAgent(env.agentSocket)
  const watcher = startWatcher({ db, transport, clock: engineDefaults.clock, stopping: stopping.signal, onBug: fail })
  const parts: Part[] = [
    (signal) => repeat(beatMs, signal, () => beat(db, id, { pid: process.pid })),
    (signal) =>
      runJobs(
        {
          ...engineDefaults,
          db,
          transport,
          ...storesOf(db, env, secretOf),
          pulls: pullStore({ db, dataFolder: env.dataFolder, now: () => new Date() }),
          keepExport: (kept) => keepExport({ db, secrets: key, now: () => new Date() }, kept),
          panelId: panel,
          runner: thisRunner(panel),
          stopping: signal,
        },
        watcher,
      ),
    (signal) =>
      runErrands(
        {
          db,
          transport,
          secrets: key,
          agentSocket: env.agentSocket,
          panelUrl: env.panelUrl,
          folders: { data: env.dataFolder, mirrorRoot: env.mirrorRoot, tiupRoot: env.tiupRoot },
          now: () => new Date(),
        },
        signal,
      ),
    () => watcher.finished,
    (signal) => watchMonitors({ db, transport, clock: engineDefaults.clock, onBug: fail }, signal),
    (signal) => repeat(sweepMs, signal, async () => void (await sweepKeptFiles({ db, dataFolder: env.dataFolder, now: () => new Date() }))),
    (signal) => runSealer(db, key.auditKey, signal),
    (signal) => runNotifier({ db, secrets: key, panelUrl: env.panelUrl, now: () => new Date() }, signal),
    (signal) => watchAudit({ db, auditKey: key.auditKey, now: () => new Date() }, signal),
  ]
  void askedToEnd().then(() => stopping.abort())
  console.log('The runner is ready.')
  await Promise.all(parts.map((part) => part(stopping.signal)))
  await transport.close()
  await forgetRunner(db, id)
  await db.$disconnect()
  process.exit(0)
}

/** An agent may come later: a silent one is said, and keeps nobody from starting. */
const checkAgent = async (socketPath: string | undefined): Promise<void> => {
  if (socketPath === undefined) return
  const keys = await listAgentKeys(socketPath).catch((error: Error) => error)
  if (keys instanceof Error) console.warn(`The ssh-agent at ${socketPath} does not answer: ${keys.message}`)
  else console.log(`The ssh-agent at ${socketPath} holds ${keys.length} keys.`)
}

/** An error that no host and no user can cause: this process ends, a fresh one goes on from the journal. */
const fail = (error: unknown): never => {
  console.error('The runner ends because of an error of its own:', error)
  process.exit(1)
}

const runJobs = (engine: Engine, watcher: Watcher): Promise<void> =>
  startClaimLoop(engine, {
    onEnd: (claim, end) => {
      console.log(`job ${claim.jobId}: ${end}`)
      watcher.lookAgain(claim.clusterName)
    },
    onBug: fail,
  }).finished

/** What the engine puts on hosts: texts, packages, and the one password that a text may hold. */
const storesOf = (
  db: Db,
  env: Env,
  secretOf: ReturnType<typeof secretsOf>,
): Pick<Engine, 'blobs' | 'masks' | 'secret' | 'packages' | 'pushed'> => ({
  blobs: async (sha256) => {
    const blob = await readBlob(db, sha256)
    if (!blob) throw new Error(`blob ${sha256} is not in the store`)
    return blob.parts
  },
  secret: async (credentialId) => {
    const { password, plain } = await secretOf(credentialId)
    const secret = password ?? plain // an export has no password
    if (secret === undefined) throw new Error(`credential ${credentialId} has no password`)
    return secret
  },
  masks: async (credentialId) => (await secretOf(credentialId)).masks ?? [],
  packages: async (sha256): Promise<PutSource> => {
    const stored = await findPackage(db, sha256)
    const file = packageFile(env.dataFolder, sha256)
    if (!stored || !existsSync(file)) throw new ContentGone(`package ${sha256}`)
    return { sizeBytes: stored.sizeBytes, sha256, open: (offset) => createReadStream(file, { start: offset }) }
  },
  pushed: async (id): Promise<PutSource> => {
    const stored = await findPush(db, id)
    const file = keptFile(env.dataFolder, id)
    if (!stored || !existsSync(file)) throw new ContentGone(`file ${id}`)
    const { sizeBytes, sha256 } = stored
    return { sizeBytes, sha256, open: (offset) => createReadStream(file, { start: offset }) }
  },
})

const secretShape = z.object({
  plain: z.string().optional(),
  masks: z.array(z.string()).optional(),
  password: z.string().optional(),
  privateKey: z.string().optional(),
  passphrase: z.string().optional(),
  agent: z.object({ publicKey: z.string() }).optional(),
})

/** Opens the secret of a credential, in this process's memory only. Throws when it is unknown or was wiped. */
const secretsOf =
  (db: Db, key: RunnerKey) =>
  async (credentialId: string): Promise<Secret & { plain?: string; masks?: readonly string[] }> => {
    const sealed = await sealedOf(db, credentialId)
    if (sealed === undefined) throw new Error(`credential ${credentialId} is unknown or was wiped`)
    const { password, plain, masks, privateKey, passphrase, agent } = secretShape.parse(JSON.parse(key.openSealed(sealed, credentialId)))
    return {
      ...(password !== undefined && { password }),
      ...(plain !== undefined && { plain }),
      ...(masks !== undefined && { masks }),
      ...(privateKey !== undefined && { privateKey }),
      ...(passphrase !== undefined && { passphrase }),
      ...(agent !== undefined && { agent }),
    }
  }

/** Does it now and every `everyMs`, until asked to stop. */
const repeat = async (everyMs: number, stopping: AbortSignal, act: () => Promise<void>): Promise<void> => {
  while (!stopping.aborted) {
    await act()
    await sleep(everyMs, undefined, { signal: stopping }).catch(() => undefined) // aborted: asked to stop
  }
}

runMain(main, ['EnvInvalid', 'MasterKeyRefused'])
