import { tryCleanScript, tryPrepareScript, tryRunScript } from '@/server/probes/try-program'
import { versionText } from './dm-http'
import { parentOf, type SimMachine } from './machine'
import { programIn } from './sim-archive'
import { fail, type Outcome, ok } from './state'

type TryScript = { text: string; run(context: { machine: SimMachine; user: string }, args: readonly string[]): Outcome }

const prefix = '.dm-panel-try-'

const prepare: TryScript = {
  text: tryPrepareScript.text,
  run({ machine, user }) {
    const one = machine.state.users[user]
    if (!one || !machine.isDir(one.home)) return fail(73, `${one?.home ?? 'no home folder'} can't be written to`)
    const count = Object.keys(machine.state.nodes).filter((path) => path.startsWith(`${one.home}/${prefix}`)).length
    const folder = `${one.home}/${prefix}${String(count).padStart(10, '0')}`
    machine.makeDir(folder, user, one.group, '0700')
    return ok(`Linux ${machine.state.arch}\n${folder}\n`)
  },
}

/** A program of which nothing is known says what its package's name says. */
const run: TryScript = {
  text: tryRunScript.text,
  run({ machine }, [folder = '', name = '', entry = '', sha = '']) {
    const at = `${folder}/package.tar.gz`
    const archive = machine.absorb(at, true)
    const program = archive && programIn(machine, at, entry)
    machine.remove(folder)
    if (!program?.found) return fail(65, `${name} has no ${entry}`)
    if (program.sha256 !== sha) return fail(74, `${entry} of ${name} has sha256 ${program.sha256}, not ${sha}`)
    const named = /-(v\d[^/]*?)-(?:linux|darwin)-/.exec(name)?.[1] ?? ''
    return ok(versionText(program.version || named, program.sha256))
  },
}

const clean: TryScript = {
  text: tryCleanScript.text,
  run({ machine }, [folder = '']) {
    if (!folder.slice(parentOf(folder).length + 1).startsWith(prefix)) return fail(64, `${folder} is not a folder of a try`)
    machine.remove(folder)
    return ok()
  },
}

/** Trying a package's program, as any user, by the script's name. */
export const tryScripts: ReadonlyMap<string, TryScript> = new Map([
  [tryPrepareScript.name, prepare],
  [tryRunScript.name, run],
  [tryCleanScript.name, clean],
])
