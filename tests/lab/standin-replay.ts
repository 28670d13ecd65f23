import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { headersIn, headersOf, normalise, recordedText, recording } from './recordings'
import { ask, type Node, StandinCluster } from './standin-cluster'

const env = {
  DM_STANDIN_ELECTION_TTL: '6',
  DM_STANDIN_HEALTH_INTERVAL: '2',
  DM_STANDIN_START_TIMEOUT: '4',
  DM_STANDIN_JOIN_TIMEOUT: '0.3',
  DM_STANDIN_JOIN_PAUSE: '0.1',
}
export const members = '/apis/v1alpha1/members'
export const made: StandinCluster[] = []
let replayed = 0

/** For a recording that a test plays by itself. */
export const countReplayed = (): void => {
  replayed++
}
/** How many recordings were played so far. */
export const replayedSoFar = (): number => replayed

export function cluster(net: number, masters: number, workers: number, more: Readonly<Record<string, string>> = {}): StandinCluster {
  const c = new StandinCluster(mkdtempSync(join(tmpdir(), 'standins-')), { ...env, ...more })
  for (let i = 1; i <= masters; i++)
    c.masters.push({ name: `extra-queen-${net}${i}`, host: `127.2.${net}.${i}`, port: 9461, peerPort: 9491 })
  for (let i = 1; i <= workers; i++)
    c.workers.push({ name: `extra-bee-${net}${i}`, host: `127.2.${net}.${20 + i}`, port: 9562, peerPort: 0 })
  made.push(c)
  return c
}

export function nth<T>(list: readonly T[], i: number): T {
  const item = list[i]
  if (item === undefined) throw new Error(`no item ${i}`)
  return item
}

export async function until(look: () => Promise<boolean>, timeout = 30_000): Promise<void> {
  for (const end = Date.now() + timeout; !(await look()); ) {
    if (Date.now() > end) throw new Error(`not within ${timeout} ms: ${look.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
/** Longer than the interval after which a member counts as healthy. */
export const settled = (): Promise<void> => pause(3000)

export async function ready(c: StandinCluster): Promise<Node> {
  let leader: Node | undefined
  await until(async () => {
    const seen = await Promise.all(c.masters.map((master) => c.leader(master)))
    leader = seen[0]
    return leader !== undefined && seen.every((one) => one === leader)
  })
  if (leader === undefined) throw new Error('no leader')
  return leader
}

type Names = { names: ReadonlyMap<string, string>; toOurs: (text: string) => string }

/** Which of ours stands for which recorded name. */
function namesOf(roles: Readonly<Record<string, Node>>): Names {
  const names = new Map<string, string>()
  const back = new Map<string, string>()
  const add = (ours: string, theirs: string): void => {
    names.set(ours, theirs)
    back.set(theirs, ours)
  }
  for (const [host, node] of Object.entries(roles)) {
    const port = node.peerPort === 0 ? 8262 : 8261
    add(`${node.name}`, `dm-${host}-${port}`)
    add(`${node.host}:${node.port}`, `${host}:${port}`)
    if (node.peerPort !== 0) add(`${node.host}:${node.peerPort}`, `${host}:8291`)
  }
  add('north-1', 'mariadb-01')
  add('north-3', 'mariadb-03')
  return { names, toOurs: (text) => [...back].reduce((all, [theirs, ours]) => all.replaceAll(theirs, ours), text) }
}

/** Plays recorded calls of dmctl; files that a call names are made by `files`. */
export function dmctlPlayer(
  c: StandinCluster,
  roles: Readonly<Record<string, Node>>,
  files: Readonly<Record<string, string>>,
): (number: string) => Promise<void> {
  const { names, toOurs } = namesOf(roles)
  return async (number) => {
    const lines = recordedText(number).split('\n')
    const [, host = '', words = ''] = /^\$ \S+dmctl --master-addr ([\d.]+):\d+ (.*)$/.exec(lines[0] ?? '') ?? []
    const node = roles[host]
    if (node === undefined) throw new Error(`recording ${number}: nobody stands for ${host}`)
    const end = lines.findLastIndex((line) => line.startsWith('rc='))
    const argv = words.split(' ').map((word) => files[word] ?? toOurs(word))
    const answer = await c.dmctl(node, argv)
    expect.soft(`rc=${answer.code}`, `${number}: status`).toBe(lines[end])
    const given = Object.entries(files).reduce((all, [theirs, ours]) => all.replaceAll(ours, theirs), answer.text)
    const wanted = lines.slice(1, end).join('\n')
    expect.soft(normalise(given, names), `${number}: answer`).toEqual(normalise(wanted, new Map()))
    // What is printed is indented alike, too: the fixed script of dmctl looks for the outermost result by it.
    expect.soft(given.trimEnd().split('\n').slice(0, 3), `${number}: head`).toEqual(toOurs(wanted).split('\n').slice(0, 3))
    replayed++
  }
}

/** Plays recorded requests on a cluster whose nodes stand for the recorded ones. */
export function player(roles: Readonly<Record<string, Node>>): (number: string, quirks?: { body?: false }) => Promise<void> {
  const { names, toOurs } = namesOf(roles)
  return async (number, quirks = {}) => {
    const wanted = recording(number)
    const node = roles[wanted.host]
    if (node === undefined) throw new Error(`recording ${number}: nobody stands for ${wanted.host}`)
    const answer = await ask(node, wanted.method, toOurs(wanted.path), toOurs(wanted.body))
    expect.soft(answer.status, `${number}: status`).toBe(wanted.status)
    expect.soft(headersIn(answer), `${number}: headers`).toEqual(headersOf(wanted))
    if (quirks.body !== false) expect.soft(normalise(answer.body, names), `${number}: body`).toEqual(normalise(wanted.answer, new Map()))
    replayed++
  }
}

export async function anyLeader(c: StandinCluster): Promise<Node> {
  let leader: Node | undefined
  await until(async () => {
    for (const master of c.masters) leader ??= await c.leader(master)
    return leader !== undefined
  })
  if (leader === undefined) throw new Error('no leader')
  return leader
}
