// Simulated hosts that go away in the middle of a job and come back: rebooted, or cut off from the network.
import { expect } from 'vitest'
import type { Plan } from '@/server/domain/plan'
import { LinkLost } from '@/server/remote/transport'
import { SimWorld } from '@/server/sim/world'
import { appendByUser, readJournal } from '@/server/store/journal'
import { SimTransport } from '@/tests/support/sim-transport'
import type { Ran } from './crash-matrix'
import { attempt, type Ground, startsOf, submitPlan } from './sim-plans'

export type Fault = 'reboot' | 'cut'

/** Hosts that are away now, by address, with the time of their return on the clock of the ground. */
export type Away = Map<string, { fault: Fault; untilMs: number }>
export type FaultyGround = Ground & { away: Away; rebooted: string[] }

/** Longer than any one answer, shorter than the engine's patience with a lost link. */
const awayMs = 9_000

/** The same hosts once more, as they are now; each of them can be taken away. */
export const faultyCopy = (ground: Ground): FaultyGround => {
  const away: Away = new Map()
  const faultsOf = (address: string): string[] => (away.has(address) ? ['silent'] : [])
  const world = new SimWorld(structuredClone(ground.world.state), { now: ground.clock.now, faultsOf })
  return { ...ground, world, transport: new SimTransport(world), away, rebooted: [] }
}

/** The host goes: cut off with all that runs on it, or shut down in good order and booted again. */
export const takeAway = ({ world, away, clock, rebooted }: FaultyGround, address: string, fault: Fault): void => {
  if (away.has(address)) return
  away.set(address, { fault, untilMs: clock.now() + awayMs })
  if (fault === 'cut') return
  rebooted.push(address)
  const host = world.host(address)
  for (const unit of Object.keys(host?.machine.state.units ?? {})) host?.systemd.stop(unit)
  world.dm.settle()
}

/** Those whose time has come are back; systemd starts what is enabled. */
export const comeBack = ({ world, away, clock, rebooted }: FaultyGround): void => {
  for (const [address, { fault, untilMs }] of away) {
    if (clock.now() < untilMs) continue
    away.delete(address)
    if (fault === 'reboot') world.reboot(address, `boot ${rebooted.length} of ${address}`)
    world.dm.settle()
  }
}

/** What must not be seen of a host at the moment a command reaches it; '' when all is well. */
export type Watch = (ground: FaultyGround, host: string, what: string) => string

export type Faulted = Ran & { ground: FaultyGround; asked: string[]; violations: string[]; commands: { host: string; what: string }[] }

/**
 * Runs a scene in which hosts go away wherever `hits` says so; whatever the job asks is answered by *retry* (a pause by *continue*).
 * Points are: before a command reaches its host, and after the host has run it (the answer is lost). `victim`: who goes, by whose command.
 */
export const runWithFaults = async (
  scene: () => Promise<{ ground: FaultyGround; plan: Plan }>,
  hits: (point: string) => boolean,
  { fault, victim = (host) => host, watch }: { fault: Fault; victim?: (host: string) => string; watch: Watch },
): Promise<Faulted> => {
  const { ground, plan } = await scene()
  const before = startsOf(ground.world)
  const jobId = await submitPlan(ground, plan)
  const [passed, died, asked, violations]: [string[], string[], string[], string[]] = [[], [], [], []]
  const commands: Faulted['commands'] = []
  const point = (host: string, name: string): void => {
    passed.push(name)
    if (!hits(name)) return
    died.push(name)
    takeAway(ground, victim(host), fault)
  }
  const demandLink = (host: string, detail: string): void => {
    if (ground.away.has(host)) throw new LinkLost('dropped', host, detail)
  }
  ground.transport.hooks = {
    before: (host, what) => {
      comeBack(ground)
      demandLink(host, what)
      point(host, `sent ${host} ${what}`)
      demandLink(host, what)
      commands.push({ host, what })
      const wrong = watch(ground, host, what)
      if (wrong !== '') violations.push(`${wrong} at ${what} on ${host}`)
    },
    after: (host, what) => {
      point(host, `ran ${host} ${what}`)
      demandLink(host, what)
    },
  }
  const answers: Promise<unknown>[] = []
  const boundary = (name: string): void => {
    if (!name.startsWith('after question')) return
    answers.push(sayRetry(ground, jobId).then((question) => asked.push(question)))
  }
  const end = await attempt(ground, plan, { boundary })
  await Promise.all(answers)
  const entries = await readJournal(ground.db, jobId, 0)
  expect(end, `${died.join(', ')}\n${JSON.stringify(entries.filter(({ kind }) => kind === 'failed' || kind === 'question'))}`).toBe(
    'succeeded',
  )
  ground.transport.hooks = {}
  await settleDown(ground)
  return { ground, plan, jobId, entries, passed, died, starts: startsOf(ground.world) - before, asked, violations, commands }
}

/** Everybody is back, and DM has had its time. */
const settleDown = async (ground: FaultyGround): Promise<void> => {
  for (const _ of Array.from({ length: 10 })) {
    await ground.clock.sleep(awayMs)
    comeBack(ground)
    ground.world.dm.settle()
  }
}

/** Answers the question that was just asked: what it was about. */
const sayRetry = async ({ db, clock }: Ground, jobId: string): Promise<string> => {
  await clock.sleep(5_000) // a person takes a moment
  const entries = await readJournal(db, jobId, 0)
  const question = entries.flatMap((one) => (one.kind === 'question' ? [one.question] : [])).at(-1)
  if (!question) throw new Error('nothing was asked')
  const choice = question.about === 'pause' ? 'continue' : 'retry'
  const said = { kind: 'answered', question: question.id, choice, reason: '', by: 'ann' } as const
  expect(await appendByUser(db, jobId, said)).toBe('appended')
  return question.id
}

/** Boundaries that differ in their host only, such as the same step of each master, are of one class. */
const classOf = (point: string): string => point.replace(/10\.0\.0\.\d+/g, 'HOST').replace(/\b[0-9a-f]{12,64}\b/g, 'HASH')

/** One point of each class, not always the first. */
export const oneOfEachClass = (points: readonly string[]): string[] => {
  const classes = [...new Set(points.map(classOf))]
  return classes.flatMap((one, i) => {
    const own = points.filter((point) => classOf(point) === one)
    return own[i % own.length] ?? []
  })
}

/**
 * As the crash matrix, with faults: every point of a clean run that is chosen is hit, several in one job, at least `apart` points from
 * each other.
 */
export const faultMatrix = async (
  run: (hits: (point: string) => boolean) => Promise<Faulted>,
  {
    apart,
    check,
    choose = (points) => points,
  }: { apart: number; check: (ran: Faulted) => Promise<void> | void; choose?: (points: readonly string[]) => readonly string[] },
): Promise<{ points: number; hits: number; jobs: number; asked: number; left: string[] }> => {
  const clean = await run(() => false)
  await check(clean)
  const todo = new Set(choose([...new Set(clean.passed)]))
  const points = todo.size
  let [hits, jobs, asked] = [0, 0, 0]
  for (let before = -1; todo.size !== before && todo.size > 0; jobs++) {
    before = todo.size
    let since = 0
    const ran = await run((point) => {
      since += 1
      if (since < apart || !todo.delete(point)) return false
      since = 0
      return true
    })
    hits += ran.died.length
    asked += ran.asked.length
    await check(ran)
    if (todo.size === before && apart > 1) {
      apart = Math.max(1, apart >> 1)
      before = -1
    }
  }
  return { points, hits, jobs, asked, left: [...todo] }
}
