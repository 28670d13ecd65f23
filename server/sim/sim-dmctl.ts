import { gunzipSync, gzipSync } from 'node:zlib'
import { dmctlImportScript, dmctlKeptScript, dmctlScript, dmctlTypedScript } from '@/server/probes/dmctl-script'
import { locksMessage, membersMessage, sourcesMessage, statusMessage, tasksMessage, verdict } from './dm-answers'
import type { SimDm } from './dm-cluster'
import { offline, operateSource, operateTask, startTask, versionText } from './dm-http'
import { parentOf, type SimMachine } from './machine'
import { programIn } from './sim-archive'
import { type DmClusterState, fail, type Outcome, ok } from './state'
import { readTar, writeTar } from './tar'
import type { SimWorld } from './world'

type Files = Map<string, string>
type Call = { dm: SimDm; cluster: DmClusterState; flags: ReadonlyMap<string, readonly string[]>; words: readonly string[]; files: Files }
type Said = { code: number; text: string }

/** As dmctl prints: four spaces a level, an empty list over two lines. */
const print = (value: unknown): Said => ({ code: 0, text: JSON.stringify(value, null, 4).replace(/^( *)(.*)\[\](,?)$/gm, '$1$2[\n$1]$3') })
const stop = (message: string): Said => ({ code: 1, text: `Error: ${message}` })

const taking = new Set(['-s', '--source', '-p', '--path', '--name', '--master-addr', '--rpc-timeout'])

const flagsAndWords = (args: readonly string[]): { flags: Map<string, string[]>; words: string[] } => {
  const flags = new Map<string, string[]>()
  const words: string[] = []
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    if (!arg.startsWith('-')) words.push(arg)
    else if (taking.has(arg)) flags.set(arg, [...(flags.get(arg) ?? []), args[++at] ?? ''])
    else flags.set(arg, ['true'])
  }
  return { flags, words }
}

const one = (call: Call, flag: string): string => call.flags.get(flag)?.[0] ?? ''
const sourcesOf = (call: Call): string[] => [...(call.flags.get('-s') ?? [])]

const commands: Readonly<Record<string, (call: Call) => Said>> = {
  'list-member': ({ dm, cluster, flags }) => {
    const parts = ['leader', 'master', 'worker'].filter((part) => flags.has(`--${part}`)).map((part): [string, string] => [part, 'true'])
    return print(membersMessage(dm, cluster, new URLSearchParams(parts)))
  },
  'query-status'(call) {
    const [, task = ''] = call.words
    const sources = sourcesOf(call)
    if (task === '' && sources.length === 0 && !call.flags.has('--more')) return print(tasksMessage(call.cluster))
    return print(statusMessage(call.dm, call.cluster, { task, sources }))
  },
  'operate-source'({ dm, cluster, words: [, verb = '', target = ''], files }) {
    if (verb === 'show') return print(sourcesMessage(cluster))
    if (verb === 'stop') return print(operateSource(dm, cluster, JSON.stringify({ op: 3, sourceID: [target] })))
    const config = files.get(target)
    if (config === undefined) return stop(`open ${target}: no such file or directory`)
    return print(operateSource(dm, cluster, JSON.stringify({ op: 1, config: [config] })))
  },
  'transfer-source': ({ dm, cluster, words: [, source = '', worker = ''] }) =>
    print(verdict(dm.schedule.transfer(cluster, source, worker))),
  'show-ddl-locks': ({ cluster, words: [, task = ''] }) => print(locksMessage(cluster, task)),
  'shard-ddl-lock': ({ cluster, words: [, task = ''] }) => print(locksMessage(cluster, task)),
  'unlock-ddl-lock'({ cluster, words: [, id = ''] }) {
    const found = cluster.locks.some((lock) => lock.id === id)
    cluster.locks = cluster.locks.filter((lock) => lock.id !== id)
    return print(verdict(found ? '' : `[code=38013:class=dm-master:scope=internal:level=high], Message: lock with ID ${id} not found`))
  },
  'start-relay': (call) => relay(call, (source, workers) => call.dm.schedule.startRelay(call.cluster, source, workers)),
  'stop-relay': (call) => relay(call, (source, workers) => call.dm.schedule.stopRelay(call.cluster, source, workers)),
  'start-task'({ dm, cluster, words: [, file = ''], files }) {
    const task = files.get(file)
    return task === undefined ? stop(`open ${file}: no such file or directory`) : print(startTask(dm, cluster, JSON.stringify({ task })))
  },
  'pause-task': (call) => operate(call, 'Pause'),
  'resume-task': (call) => operate(call, 'Resume'),
  'stop-task': (call) => operate(call, 'Delete'),
  'operate-leader'({ dm, cluster, words: [, verb] }) {
    dm.evict(cluster, cluster.leader, verb === 'evict')
    return print(verdict(''))
  },
  'offline-member'(call) {
    const type = call.flags.has('--worker') ? 'worker' : 'master'
    return print(verdict(offline(call.dm, call.cluster, type, one(call, '--name'))))
  },
  'get-config'({ cluster, words: [, of, name = ''] }) {
    const cfg =
      of === 'task' ? cluster.tasks.find((task) => task.name === name)?.config : cluster.sources.find(({ id }) => id === name)?.config
    return print(cfg === undefined ? { ...verdict(`${of} ${name} not found`), cfg: '' } : { ...verdict(''), cfg })
  },
  config: (call) => (call.words[1] === 'export' ? exportTo(call) : importFrom(call)),
}

/** With worker names it prints a hint before its answer, as the real one does. */
const relay = (call: Call, work: (source: string, workers: readonly string[]) => string): Said => {
  const [source] = sourcesOf(call)
  if (source === undefined) return stop('must specify one source (`-s` / `--source`)')
  const [verb, ...workers] = call.words
  const said = print(verdict(work(source, workers)))
  const hint = `start-relay/stop-relay with worker name will be deprecated soon. You can try stopping relay first and use ${verb} without worker name instead\n`
  return workers.length > 0 ? { ...said, text: hint + said.text } : said
}

const operate = (call: Call, op: string): Said =>
  print(operateTask(call.cluster, call.words[1] ?? '', JSON.stringify({ op, sources: sourcesOf(call) })))

/** Passwords are in these files as they were given, as those that the real one writes have them. */
const exportTo = (call: Call): Said => {
  const dir = one(call, '-p') || 'configs'
  const { cluster, files } = call
  for (const { id, config } of cluster.sources) files.set(`${dir}/sources/${id}.yaml`, config)
  for (const { name, config } of cluster.tasks) files.set(`${dir}/tasks/${name}.yaml`, config)
  if (Object.keys(cluster.relay).length > 0) files.set(`${dir}/relay_workers.json`, JSON.stringify(cluster.relay))
  files.set(`${dir}/`, '')
  return { code: 0, text: `export configs to directory \`${dir}\` succeed` }
}

const importFrom = ({ dm, cluster, files, ...call }: Call): Said => {
  const dir = one({ dm, cluster, files, ...call }, '-p') || 'configs'
  const below = (part: string): string[] => [...files].flatMap(([path, text]) => (path.startsWith(`${dir}/${part}/`) ? [text] : []))
  if (![...files.keys()].some((path) => path.startsWith(`${dir}/`))) return stop(`config directory \`${dir}\` not exists`)
  for (const config of below('sources')) operateSource(dm, cluster, JSON.stringify({ op: 1, config: [config] }))
  for (const task of below('tasks')) startTask(dm, cluster, JSON.stringify({ task }))
  const workers = files.has(`${dir}/relay_workers.json`)
    ? `The original relay workers have been exported to \`${dir}/relay_workers.json\`.\nCurrently DM doesn't support recover relay workers. You may need to execute \`transfer-source\` and \`start-relay\` command manually.\n`
    : ''
  return { code: 0, text: `start creating sources\nstart creating tasks\n${workers}import configs from directory \`${dir}\` succeed` }
}

const unreachable = (masters: string): Said =>
  stop(
    `[code=48001:class=dmctl:scope=internal:level=high], Message: can not create grpc connection, can't connect to ${masters}, RawCause: context deadline exceeded`,
  )

/** The cluster of the first master that answers with a leader. */
const clusterAt = (world: SimWorld, masters: string): DmClusterState | undefined => {
  for (const address of masters.split(',')) {
    const at = address.lastIndexOf(':')
    const answer = world.http(address.slice(0, at), Number(address.slice(at + 1)), {
      method: 'GET',
      path: '/apis/v1alpha1/members',
      body: '',
    })
    if (typeof answer === 'string' || answer.status !== 200) continue
    const found = world.dm.clusters.find((cluster) => cluster.members.some(({ clientUrl }) => clientUrl === `http://${address}`))
    if (found) return found
  }
  return undefined
}

type Context = { world: SimWorld; machine: SimMachine; user: string }

/** The script of probes/dmctl-script.ts: its checks, its files and its exits; dmctl itself is `commands`. */
const run = ({ world, machine }: Context, args: readonly string[]): Outcome => {
  const [cached = '', entry = '', user = '', masters = '', , , , , given = '', keep = '', ...rest] = args
  if (!machine.node(cached)) return fail(66, "the package of dmctl is not in this host's cache")
  if (!machine.state.users[user]) return fail(67, `this host has no user ${user}`)
  const [form = '', path = ''] = given.split(/:(.*)/s)
  const files = given === '' ? new Map<string, string>() : inputOf(machine, form, path)
  if (!files) return fail(66, 'nothing is staged for dmctl')
  if (path !== '') machine.remove(path)
  const program = programIn(machine, cached, entry)
  if (program && !program.found) return fail(65, `the package of dmctl has no ${entry}`)
  let out = ''
  for (let at = 0; at < rest.length; at += 1 + Number(rest[at])) {
    const said = callOf(world, rest.slice(at + 1, at + 1 + Number(rest[at])), { masters, files, program })
    const code = said.code === 0 && /^ {4}"result": false/m.test(said.text) ? 65 : said.code
    out += `::dmctl ${code}\n${said.text}\n`
    if (code !== 0) return { code, out, err: `${said.text}\n` }
  }
  return keep === '' ? ok(out) : kept(machine, { keep, files, out })
}

/** The script of a typed line: what dmctl says is the result, and the run's own folder goes with all that is in it. */
const typed = ({ world, machine }: Context, args: readonly string[]): Outcome => {
  const [cached = '', entry = '', user = '', masters = '', , , , , given = '', box = '', ...words] = args
  if (!machine.node(cached)) return fail(66, "the package of dmctl is not in this host's cache")
  if (!machine.state.users[user]) return fail(67, `this host has no user ${user}`)
  const [form = '', path = ''] = given.split(/:(.*)/s)
  const files = given === '' ? new Map<string, string>() : inputOf(machine, form, path)
  machine.remove(box)
  if (!files) return fail(66, 'nothing is staged for dmctl')
  const program = programIn(machine, cached, entry)
  if (program && !program.found) return fail(65, `the package of dmctl has no ${entry}`)
  const said = callOf(world, words, { masters, files, program })
  const code = said.code === 0 && /^ {4}"result": false/m.test(said.text) ? 65 : said.code
  return ok(`::dmctl ${code}\n${said.text}\n`)
}

const callOf = (
  world: SimWorld,
  argv: readonly string[],
  { masters, files, program }: { masters: string; files: Files; program: { version: string; sha256: string } | undefined },
): Said => {
  const { flags, words } = flagsAndWords(argv)
  if (flags.has('-V')) return { code: 0, text: versionText(program?.version ?? '', program?.sha256) }
  const cluster = clusterAt(world, masters)
  if (!cluster) return unreachable(masters)
  const command = commands[words[0] ?? '']
  return command ? command({ dm: world.dm, cluster, flags, words, files }) : stop(`unknown command "${words[0] ?? ''}" for "dmctl"`)
}

const inputOf = (machine: SimMachine, form: string, path: string): Files | undefined => {
  const node = machine.absorb(path, true)
  if (node?.content === undefined) return undefined
  const given = Buffer.from(node.content, 'base64')
  const bytes = form === 'tar64' ? Buffer.from(given.toString('utf8'), 'base64') : given
  if (!form.startsWith('tar')) return new Map([['in/input.yaml', bytes.toString('utf8')]])
  return new Map(readTar(gunzipSync(bytes)).map(({ name, content }) => [`in/${name.replace(/^\.\//, '')}`, content.toString('utf8')]))
}

const kept = (machine: SimMachine, { keep, files, out }: { keep: string; files: Files; out: string }): Outcome => {
  const below = [...files].filter(([path]) => path.startsWith('out/') && !path.endsWith('/'))
  if (!files.has('out/') && below.length === 0) return fail(66, 'dmctl left nothing to keep')
  const bytes = gzipSync(writeTar(below.map(([path, text]) => ({ name: `./${path.slice('out/'.length)}`, content: Buffer.from(text) }))))
  machine.makeDirs(parentOf(keep), 'root', 'root', '0700')
  machine.writeFile(keep, bytes, { owner: 'root', group: 'root', mode: '0600' })
  const node = machine.node(keep)
  return ok(`${out}::kept ${node?.size} ${node?.sha256}\n`)
}

const readKept = ({ machine }: Context, [path = '']: readonly string[]): Outcome => {
  const content = machine.node(path)?.content
  return content === undefined ? fail(66, `nothing is kept at ${path}`) : ok(content)
}

/** The script of an import: as `dmctl`, with a choice of its own among the calls. */
const imported = (context: Context, args: readonly string[]): Outcome => {
  const given = args[8] ?? ''
  const files = inputOf(context.machine, 'tar64', given.slice('tar64:'.length))
  if (!files) return fail(66, 'nothing is staged for dmctl')
  const call = (...words: string[]) => run(context, [...args.slice(0, 8), given, '', String(words.length), ...words])
  const stage = context.machine.node(given.slice('tar64:'.length))
  const again = stage && { ...stage }
  const ask = (...words: string[]): Outcome => {
    if (again) context.machine.writeFile(given.slice('tar64:'.length), Buffer.from(again.content ?? '', 'base64'), again)
    return call(...words)
  }
  const shown = ask('operate-source', 'show')
  if (shown.code !== 0) return shown
  if (!shown.out.includes('"source": "')) return ask('config', 'import', '-p', 'in')
  let last = shown
  for (const name of namesIn(files, 'sources')) {
    if (shown.out.includes(`"source": "${name}"`)) continue
    last = ask('operate-source', 'create', `in/sources/${name}.yaml`)
    if (last.code !== 0) return last
  }
  for (const name of namesIn(files, 'tasks')) {
    const known = ask('query-status', name)
    if (known.code === 0) continue
    last = known.code === 65 ? ask('start-task', `in/tasks/${name}.yaml`) : known
    if (last.code !== 0) return last
  }
  return ok(last.out)
}

const namesIn = (files: Files, folder: string): string[] =>
  [...files.keys()].flatMap((path) => new RegExp(`^in/${folder}/(.+)\\.yaml$`).exec(path)?.[1] ?? [])

/** Scripts that need the whole world, by name; a text that differs is refused. */
export const dmctlScripts: ReadonlyMap<string, { text: string; run: (context: Context, args: readonly string[]) => Outcome }> = new Map([
  [dmctlScript.name, { text: dmctlScript.text, run }],
  [dmctlTypedScript.name, { text: dmctlTypedScript.text, run: typed }],
  [dmctlImportScript.name, { text: dmctlImportScript.text, run: imported }],
  [dmctlKeptScript.name, { text: dmctlKeptScript.text, run: readKept }],
])
