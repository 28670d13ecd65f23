import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { readEnv } from './env'
import { askedToEnd, runMain } from './exit'
import { openRunnerKey } from './runner-key'
import { openDatabase } from './store/database'
import { beat, forgetRunner } from './store/runner-beat'

/**
 * One of the runner's duties: works until `stopping` is aborted, then ends what it has begun and resolves.
 * One that rejects ends the process; the supervisor starts it again and the journal says where to go on.
 */
type Part = (stopping: AbortSignal) => Promise<void>

const beatMs = 5_000

/** The half that reaches hosts: jobs, errands, the status watcher, the audit sealer. Alone holds the master key. */
const main = async (): Promise<void> => {
  const env = readEnv()
  const db = await openDatabase(env.databaseUrl)
  const _key = await openRunnerKey(db, env.keyFile)
  const id = randomUUID()
  const stopping = new AbortController()
  const showLife: Part = (signal) => repeat(beatMs, signal, () => beat(db, id, { pid: process.pid }))
  const parts: Part[] = [showLife]
  void askedToEnd().then(() => stopping.abort())
  console.log('The runner is ready.')
  await Promise.all(parts.map((part) => part(stopping.signal)))
  await forgetRunner(db, id)
  await db.$disconnect()
  process.exit(0)
}

/** Does it now and every `everyMs`, until asked to stop. */
const repeat = async (everyMs: number, stopping: AbortSignal, act: () => Promise<void>): Promise<void> => {
  while (!stopping.aborted) {
    await act()
    await pause(everyMs, stopping)
  }
}

/** Ends early, and quietly, when asked to stop. */
const pause = (ms: number, stopping: AbortSignal): Promise<void> => sleep(ms, undefined, { signal: stopping }).catch(() => undefined)

runMain(main, ['EnvInvalid', 'MasterKeyRefused'])
