import { fileReadScript } from '@/server/steps/file-pulled'
import { filePushedScript } from '@/server/steps/file-pushed'
import type { Script } from '@/server/steps/script'
import { hashText, parentOf, type SimMachine } from './machine'
import { mayRead, mayWrite } from './sim-probes'
import { fail, type Outcome, ok } from './state'

/** Files that people send to hosts and fetch from them. */
type SimFile = { script: Script; run(context: { machine: SimMachine }, args: readonly string[]): Outcome }

const filePushed: SimFile = {
  script: filePushedScript,
  run({ machine }, [staged = '', user = '', target = '', mode = '', owner = '', sha = '', replaces = '', backup = '']) {
    const node = machine.absorb(staged, true)
    const one = machine.state.users[user]
    if (!node || !one) return fail(66, `nothing is staged for ${target}`)
    const folder = parentOf(target)
    if (!machine.isDir(folder)) return fail(66, `${folder} is not there`)
    if (machine.isDir(target)) return fail(73, `${target} is a directory`)
    const was = machine.node(target)
    if ((was?.sha256 ?? '-') !== replaces && was?.sha256 !== sha) return fail(75, `${target} is not as it was at review`)
    if (!mayWrite(machine, user, folder)) return fail(1, `${folder}: Permission denied`)
    if (machine.hasFault('disk-full')) return fail(1, 'cat: write error: No space left on device')
    if (backup !== '' && was && was.sha256 !== sha) machine.state.nodes[backup] = { ...was }
    machine.move(staged, target)
    const [asked = '', group = ''] = owner === '' ? [user, one.group] : owner.split(':')
    Object.assign(node, { owner: asked, group, mode })
    return ok()
  },
}

const fileRead: SimFile = {
  script: fileReadScript,
  run({ machine }, [user = '', path = '', verb = '', from = '0', count = '0']) {
    const node = machine.node(path)
    if (node?.type !== 'file') return fail(66, `${path} is no file that this user sees`)
    if (!mayRead(machine, user, path)) return fail(77, `this user may not read ${path}`)
    if (verb === 'size') return ok(`${node.size}\n`)
    const bytes = Buffer.from(node.content ?? '', 'base64')
    if (bytes.length !== node.size) return fail(1, `simulated host: ${path} is too large to be read`)
    if (verb === 'hash') return ok(`${hashText(bytes.subarray(0, Number(from)))}\n`)
    return ok(bytes.subarray(Number(from), Number(from) + Number(count)).toString('base64'))
  },
}

export const simFiles = [filePushed, fileRead]
