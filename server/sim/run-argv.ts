import { commandEndScript, commandScript } from '@/server/steps/command'
import { fencedScript } from '@/server/steps/host-lock'
import { withProbeScript } from '@/server/steps/with-probe'
import { versionText } from './dm-http'
import type { SimMachine } from './machine'
import { shellWords } from './shell-words'
import { dmctlScripts } from './sim-dmctl'
import { simProbe } from './sim-probes'
import { simLock, simMade, simScripts } from './sim-scripts'
import { tryScripts } from './sim-try'
import { fail, type Outcome, ok } from './state'
import type { SimSystemd } from './systemd'
import type { SimWorld } from './world'

export type RunContext = {
  world: SimWorld
  machine: SimMachine
  systemd: SimSystemd
  user: string
  sudoUser: string | undefined
  stdin?: string
}

/** Runs an argv as a simulated host does: the product's own scripts by name and exact text, and a few plain programs. */
export const runArgv = (context: RunContext, argv: readonly string[]): Outcome => {
  const [program = '', ...args] = argv
  if (program === '/bin/bash' || program === 'bash') return runScript(context, args)
  const plain = programs[program.replace(/^\/(usr\/)?s?bin\//, '')]
  if (plain) return plain(context, args)
  const node = context.machine.node(program)
  if (node?.version && args[0] === '-V') return ok(versionText(node.version, node.sha256))
  return fail(127, `simulated host: unknown command: ${argv.slice(0, 3).join(' ').slice(0, 200)}`)
}

const unknownScript = (name: string): Outcome => fail(127, `simulated host: unknown script: ${name}`)
const needsRoot = (name: string): Outcome => fail(1, `${name}: Permission denied`)

const runScript = (context: RunContext, [flag, text = '', zero = '', ...args]: readonly string[]): Outcome => {
  const name = zero.replace(/^dm-panel:/, '')
  if (flag !== '-c' || name === zero) return unknownScript(zero)
  if (name === 'probe') return text === simProbe.text ? ok(probe(context, args)) : unknownScript(name)
  if (name === fencedScript.name) return text === fencedScript.text ? fenced(context, args) : unknownScript(name)
  if (name === withProbeScript.name) return text === withProbeScript.text ? withProbe(context, args) : unknownScript(name)
  if (name === commandScript.name) return text === commandScript.text ? userText(context, args) : unknownScript(name)
  if (name === commandEndScript.name) return text === commandEndScript.text ? ok() : unknownScript(name) // each command here is over at once
  const ofWorld = dmctlScripts.get(name)
  if (ofWorld?.text === text) return context.user === 'root' ? ofWorld.run(context, args) : needsRoot(name)
  const tried = tryScripts.get(name)
  if (tried?.text === text) return tried.run(context, args)
  const known = simScripts.get(name)
  if (!known || known.script.text !== text) return unknownScript(name)
  return context.user === 'root' ? known.run(context, args) : needsRoot(name)
}

const probe = (context: RunContext, args: readonly string[]): string =>
  simProbe.print({ ...context, now: context.world.options.now, reach: (address, port) => context.world.reach(address, port) }, args)

const fenced = (context: RunContext, [cluster = '', job = '', attempt, , user = '', tag = '', ...argv]: readonly string[]): Outcome => {
  if (context.user !== 'root') return needsRoot('fenced')
  const line = simLock(context.machine, cluster)
  if (line === '') return fail(97, 'no lock of this job on this host')
  if (line.split(' ').slice(1).join(' ') !== `${job} ${attempt}`) return fail(97, `this host's lock says: ${line}`)
  const outcome = runArgv(user === '' ? context : { ...context, user }, argv)
  if (tag !== '') simMade(context.machine, { job, tag, said: outcome.out })
  return outcome
}

const withProbe = (context: RunContext, [count = '', ...rest]: readonly string[]): Outcome => {
  const acted = runArgv(context, rest.slice(0, Number(count)))
  const asked = runArgv(context, rest.slice(Number(count)))
  return { code: acted.code, out: `${acted.out}\n::then-probe ${acted.code}\n${asked.out}`, err: acted.err + asked.err }
}

/** A user's text: plain commands, one after another. A simulated host has no shell. */
const userText = (context: RunContext, [user = '', , mark = '', text = '']: readonly string[]): Outcome => {
  if (context.user !== 'root') return needsRoot(commandScript.name)
  if (!context.machine.state.users[user]) return fail(67, `this host has no user ${user}`)
  const said = { out: '', err: '', code: 0 }
  for (const line of text.split(/[;\n]/).filter((one) => one.trim() !== '')) {
    const words = shellWords(line)
    if (words?.[0] === 'exit') {
      said.code = Number(words[1] ?? said.code)
      break
    }
    const one = plainCommand({ ...context, user, stdin: '' }, words, line)
    Object.assign(said, { out: said.out + one.out, err: said.err + one.err, code: one.code })
  }
  return { code: 0, out: `${said.out}\n::${mark} ${said.code} ended\n`, err: said.err }
}

const plainCommand = (context: RunContext, words: readonly string[] | undefined, line: string): Outcome => {
  if (!words) return fail(2, `simulated host: it knows plain commands only: ${line.trim()}`)
  if (words[0] === 'sudo' && context.user !== 'root')
    return fail(1, 'sudo: The "no new privileges" flag is set, which prevents sudo from running as root.')
  return runArgv(context, words)
}

type Program = (context: RunContext, args: readonly string[]) => Outcome

const sudo: Program = (context, args) => {
  const rest = [...args]
  const flags = new Set<string>()
  while (rest[0]?.startsWith('-')) {
    const flag = rest.shift() ?? ''
    if (flag === '--') break
    flags.add(flag)
    if (flag === '-p' || flag === '-u') rest.shift()
  }
  const how = context.machine.sudoOf(context.user)
  const [password, ...input] = (context.stdin ?? '').split('\n')
  const right = flags.has('-S') && password === context.machine.state.users[context.user]?.password
  if (how === 'none' && right) return fail(1, `${context.user} is not in the sudoers file.`)
  if (how === 'none' || (how === 'password' && !right))
    return fail(1, flags.has('-n') ? 'sudo: a password is required' : 'Sorry, try again.')
  const stdin = how === 'password' ? input.join('\n') : (context.stdin ?? '')
  return runArgv({ ...context, user: 'root', sudoUser: context.user, stdin }, rest)
}

/** `/bin/sh -c 'exec "$@" </dev/null' sh ARGV`: the transport's way to give a command an empty stdin. */
const sh: Program = (context, [flag, text, , ...argv]) =>
  flag === '-c' && text === 'exec "$@" </dev/null' ? runArgv({ ...context, stdin: '' }, argv) : unknownScript(`sh: ${text ?? ''}`)

const timeout: Program = (context, args) => {
  const rest = [...args]
  while (rest[0]?.startsWith('-')) if (rest.shift() === '-k') rest.shift()
  return runArgv(context, rest.slice(1))
}

const runuser: Program = (context, [flag, user = '', ...rest]) => {
  if (flag !== '-u' || context.user !== 'root') return fail(1, 'runuser: may not be used by non-root users')
  if (!context.machine.state.users[user]) return fail(1, `runuser: user ${user} does not exist`)
  return runArgv({ ...context, user }, rest[0] === '--' ? rest.slice(1) : rest)
}

const fileOf = (args: readonly string[]): string => args.at(-1) ?? ''

const withFile = ({ machine }: RunContext, name: string, path: string, say: (path: string) => string): Outcome =>
  machine.node(path)?.type === 'file' ? ok(say(path)) : fail(1, `${name}: ${path}: No such file or directory`)

const systemctl: Program = (context, args) => {
  const [verb = '', ...rest] = args.filter((arg) => !arg.startsWith('--'))
  const unit = rest.at(-1) ?? ''
  const { systemd, machine } = context
  const say = (trouble: string): Outcome => (trouble === '' ? ok() : fail(5, trouble))
  if (verb === 'is-active')
    return { code: machine.unit(unit)?.active === 'active' ? 0 : 3, out: `${machine.unit(unit)?.active ?? 'inactive'}\n`, err: '' }
  if (context.user !== 'root') return fail(1, 'Interactive authentication required.')
  if (verb === 'start') return say(systemd.start(unit))
  if (verb === 'restart') return say(systemd.restart(unit))
  if (verb === 'stop') return say(systemd.stop(unit))
  if (verb !== 'daemon-reload') return fail(127, `simulated host: unknown command: systemctl ${verb}`)
  systemd.daemonReload()
  return ok()
}

const journal = ({ machine }: RunContext, unit: string): string => {
  const one = machine.unit(unit)
  if (!one) return '-- No entries --\n'
  const status = one.exitStatus === 0 ? '' : `${unit}: Main process exited, code=exited, status=${one.exitStatus}\n`
  return `${one.enteredMs ? `${new Date(one.enteredMs).toISOString()} Started ${unit}.\n` : ''}${status}`
}

const programs: Readonly<Record<string, Program>> = {
  sudo,
  sh,
  timeout,
  runuser,
  systemctl,
  true: () => ok(),
  false: () => ({ code: 1, out: '', err: '' }),
  echo: (_context, args) => ok(`${args.join(' ')}\n`),
  hostname: ({ machine }) => ok(`${machine.state.name}\n`),
  id({ machine, user }, [flag]) {
    const one = machine.state.users[user]
    return ok(
      flag === '-u'
        ? `${one?.uid ?? 0}\n`
        : flag === '-un'
          ? `${user}\n`
          : `uid=${one?.uid ?? 0}(${user}) gid=${one?.uid ?? 0}(${one?.group ?? user})\n`,
    )
  },
  uname: ({ machine }, [flag]) => ok(flag === '-m' ? `${machine.state.arch}\n` : flag === '-n' ? `${machine.state.name}\n` : 'Linux\n'),
  sha256sum: (context, args) =>
    withFile(context, 'sha256sum', fileOf(args), (path) => `${context.machine.absorb(path, false)?.sha256}  ${path}\n`),
  stat: (context, args) => withFile(context, 'stat', fileOf(args), (path) => `${context.machine.node(path)?.size}\n`),
  cat: (context, args) => withFile(context, 'cat', fileOf(args), (path) => context.machine.text(path) ?? ''),
  tail(context, args) {
    const lines = Number(/^-?\d+$/.exec(args[args.indexOf('-n') + 1] ?? '')?.[0] ?? 10)
    return withFile(context, 'tail', fileOf(args), (path) =>
      (context.machine.text(path) ?? '')
        .split('\n')
        .slice(-lines - 1)
        .join('\n'),
    )
  },
  journalctl: (context, args) => ok(journal(context, args[args.indexOf('-u') + 1] ?? '')),
}
