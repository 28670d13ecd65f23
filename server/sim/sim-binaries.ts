import { binariesScript, packageMark, stagedBinaries } from '@/server/steps/binaries'
import { binariesStagedScript } from '@/server/steps/binaries-staged'
import { parentOf, type SimMachine } from './machine'
import { programIn } from './sim-archive'
import type { SimScript } from './sim-scripts'
import { fail, type Outcome, ok } from './state'

type Words = { cached: string; name: string; into: string; entry: string; sha: string; owner: string; group: string }

const wordsOf = ([cached = '', name = '', into = '', entry = '', sha = '', owner = '', group = '']: readonly string[]): Words => ({
  ...{ cached, name, into, entry, sha, owner, group },
})

const stepOf = ({ cached, name, into, entry, sha, owner, group }: Words) => ({
  ...{ host: '', packageSha256: packageOf(cached), name, into, entry, entrySha256: sha, owner, group },
})

const packageOf = (cached: string): string => cached.slice(cached.lastIndexOf('/') + 1).replace(/\.tar\.gz$/, '')

/** Where the archive itself is not kept, its program is taken to be what the caller expects, and its version what its name says. */
const unpack = (machine: SimMachine, words: Words, to: string): Outcome => {
  const { cached, name, into, entry, sha, owner, group } = words
  if (!machine.node(cached)) return fail(66, `the package ${name} is not in this host's cache`)
  if (!machine.isDir(into)) return fail(73, `${into} is not a directory`)
  const account = machine.state.users[owner] && machine.state.groups[group] !== undefined
  if (!account) return fail(1, `chown: invalid user: '${owner}:${group}'`)
  if (machine.hasFault('disk-full')) return fail(1, 'write error: No space left on device')
  const path = `${to}/${entry}`
  const program = programIn(machine, cached, entry)
  if (program && !program.found) return fail(65, `the package ${name} has no ${entry}`)
  if (program && program.sha256 !== sha) return fail(74, `${entry} of ${name} has sha256 ${program.sha256}, not ${sha}`)
  const version = program?.version || (/-(v\d[^/]*?)-(?:linux|darwin)-/.exec(name)?.[1] ?? '')
  machine.makeDirs(parentOf(path), owner, group, '0755')
  machine.state.nodes[path] = { type: 'file', mode: '0755', owner, group, size: machine.node(cached)?.size ?? 0, sha256: sha, version }
  return ok()
}

export const simBinariesStaged: SimScript = {
  script: binariesStagedScript,
  run({ machine }, args) {
    const words = wordsOf(args)
    const staged = stagedBinaries(stepOf(words))
    const others = staged.slice(0, staged.lastIndexOf('.') + 1)
    for (const path of Object.keys(machine.state.nodes)) if (path.startsWith(others)) machine.remove(path)
    return unpack(machine, words, staged)
  },
}

export const simBinaries: SimScript = {
  script: binariesScript,
  run({ machine }, args) {
    const words = wordsOf(args)
    const { into, entry, sha, owner, group } = words
    const step = stepOf(words)
    const staged = stagedBinaries(step)
    if (machine.node(`${staged}/${entry}`)?.sha256 === sha) {
      machine.makeDirs(parentOf(`${into}/${entry}`), owner, group, '0755')
      machine.move(`${staged}/${entry}`, `${into}/${entry}`)
      machine.remove(staged)
    } else {
      const outcome = unpack(machine, words, into)
      if (outcome.code !== 0) return outcome
    }
    machine.writeFile(packageMark(step), `${step.packageSha256}\n`, { owner, group, mode: '0644' })
    return ok()
  },
}
