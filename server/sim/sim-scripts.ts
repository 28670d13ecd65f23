import { keyAddScript, keyRemoveScript } from '@/server/steps/authorized-key'
import { contentsAbsentScript } from '@/server/steps/contents-absent'
import { directoryScript } from '@/server/steps/directory'
import { fileScript } from '@/server/steps/file'
import { lockReleaseScript, lockTakeScript } from '@/server/steps/host-lock'
import { madeReadScript } from '@/server/steps/made'
import { packageCachedScript } from '@/server/steps/package-cached'
import { pathAbsentScript } from '@/server/steps/path-absent'
import type { Script } from '@/server/steps/script'
import { stageCleanScript, stagePrepareScript, stageTakeScript, stageWriteScript } from '@/server/steps/staging'
import { unitEnabledScript } from '@/server/steps/unit-enabled'
import { unitRunningScript } from '@/server/steps/unit-running'
import { unitStoppedScript } from '@/server/steps/unit-stopped'
import { userAbsentScript } from '@/server/steps/user-absent'
import { userPresentScript } from '@/server/steps/user-present'
import { parentOf, type SimMachine } from './machine'
import { simBinaries, simBinariesStaged } from './sim-binaries'
import { simFiles } from './sim-files'
import { entriesIn, keyLines } from './sim-probes'
import { fail, type Outcome, ok } from './state'
import type { SimSystemd } from './systemd'

export type ScriptContext = { machine: SimMachine; systemd: SimSystemd; stdin?: string }
export type SimScript = { script: Script; run(context: ScriptContext, args: readonly string[]): Outcome }

const panelDir = '/var/lib/dm-panel'
const made = (paths: readonly string[]): string => paths.map((path) => `::made ${path}\n`).join('')
const noSpace = (machine: SimMachine): Outcome | undefined =>
  machine.hasFault('disk-full') ? fail(1, 'write error: No space left on device') : undefined

const accountTrouble = (machine: SimMachine, owner: string, group: string): Outcome | undefined =>
  machine.state.users[owner] && machine.state.groups[group] !== undefined ? undefined : fail(1, `chown: invalid user: '${owner}:${group}'`)

const directory: SimScript = {
  script: directoryScript,
  run({ machine }, [path = '', owner = '', group = '', mode = '']) {
    const trouble = accountTrouble(machine, owner, group)
    if (trouble) return trouble
    if (machine.node(path)?.type === 'file') return fail(73, `${path} is not a directory`)
    const fresh = machine.makeDirs(path, owner, group, mode)
    Object.assign(machine.node(path) ?? {}, { owner, group, mode })
    return ok(made(fresh))
  },
}

const file: SimScript = {
  script: fileScript,
  run({ machine }, [staged = '', target = '', owner = '', group = '', mode = '', ...check]) {
    const node = machine.absorb(staged, true)
    if (!node) return fail(66, `nothing is staged for ${target}`)
    if (machine.isDir(target)) return fail(73, `${target} is a directory`)
    if (!machine.isDir(parentOf(target))) return fail(1, `cp: cannot create regular file '${target}': No such file or directory`)
    const trouble = accountTrouble(machine, owner, group) ?? noSpace(machine) ?? checkTrouble(machine, staged, target, check)
    if (trouble) return trouble
    const before = machine.node(target)
    machine.move(staged, target)
    Object.assign(node, { owner, group, mode })
    return ok(before ? '' : made([target]))
  },
}

/** Of the programs that check a file only visudo is imitated, by its grammar's essence; of promtool and amtool only that their folder is there. */
const checkTrouble = (machine: SimMachine, staged: string, target: string, check: readonly string[]): Outcome | undefined => {
  const [program] = check
  if (program === undefined) return undefined
  if (/(^|\/)visudo$/.test(program)) {
    const lines = (machine.text(staged) ?? '').split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
    return lines.every((line) => /^\S+\s+\S+=/.test(line)) ? undefined : fail(65, `the check of ${target} refused its new content`)
  }
  if (program.startsWith('/') && !/^\/(usr\/)?s?bin\//.test(program) && !machine.isDir(parentOf(program)))
    return fail(65, `${program}: No such file or directory\nthe check of ${target} refused its new content`)
  return undefined
}

const userPresent: SimScript = {
  script: userPresentScript,
  run({ machine }, [user = '', group = '']) {
    const { state } = machine
    const has = state.users[user]
    if (has) return has.group === group ? ok() : fail(65, `user ${user} exists with the primary group ${has.group}, not ${group}`)
    const id = 1001 + Object.keys(state.users).length
    const fresh = state.groups[group] === undefined
    state.groups[group] ??= id
    state.users[user] = { uid: id, group, home: `/home/${user}`, shell: '/bin/bash' }
    machine.makeDir(`/home/${user}`, user, group, '0755')
    return ok(`${fresh ? `::made group ${group}\n` : ''}::made user ${user}\n`)
  },
}

const userAbsent: SimScript = {
  script: userAbsentScript,
  run({ machine }, [user = '', group = '']) {
    const { state } = machine
    const one = state.users[user]
    if (one && one.uid < 100) return fail(65, `${user} is a system account`)
    if (one) machine.remove(one.home)
    delete state.users[user]
    if (!Object.values(state.users).some((other) => other.group === group)) delete state.groups[group]
    return ok()
  },
}

const keyAdd: SimScript = {
  script: keyAddScript,
  run({ machine }, [user = '', line = '', body = '']) {
    const one = machine.state.users[user]
    if (!one) return fail(1, `id: '${user}': no such user`)
    if (keyLines(machine, user, body) > 0) return ok()
    const at = machine.keysFile(user)
    machine.makeDirs(parentOf(at), user, one.group, '0700')
    machine.writeFile(at, `${machine.text(at) ?? ''}${line}\n`, { owner: user, group: one.group, mode: '0600' })
    return ok()
  },
}

const keyRemove: SimScript = {
  script: keyRemoveScript,
  run({ machine }, [user = '', body = '']) {
    const one = machine.state.users[user]
    const text = one ? machine.text(machine.keysFile(user)) : undefined
    if (!one || text === undefined) return ok()
    const kept = text.split('\n').filter((line) => !line.split(/\s+/).includes(body))
    machine.writeFile(machine.keysFile(user), kept.join('\n'), { owner: user, group: one.group, mode: '0600' })
    return ok()
  },
}

const packageCached: SimScript = {
  script: packageCachedScript,
  run({ machine }, [staged = '', cached = '', sha = '']) {
    if (!machine.node(staged) && machine.node(cached)) return ok()
    const node = machine.absorb(staged, true)
    if (!node) return fail(66, 'the package was not uploaded')
    if (node.sha256 !== sha) {
      machine.remove(staged)
      return fail(74, `the upload has sha256 ${node.sha256}, not ${sha}`)
    }
    const trouble = noSpace(machine)
    if (trouble) return trouble
    machine.makeDirs(parentOf(cached), 'root', 'root', '0700')
    machine.move(staged, cached)
    return ok(made([cached]))
  },
}

const said = (trouble: string, code = 1): Outcome => (trouble === '' ? ok() : fail(code, trouble))

const unitRunning: SimScript = {
  script: unitRunningScript,
  run({ machine, systemd }, [unit = '', verb = '']) {
    systemd.daemonReload()
    if (verb === 'try-restart' && machine.unit(unit)?.active !== 'active') return ok()
    return said(verb.endsWith('restart') ? systemd.restart(unit) : systemd.start(unit), 5)
  },
}

const unitStopped: SimScript = {
  script: unitStoppedScript,
  run: ({ machine, systemd }, [unit = '']) => (machine.unit(unit) ? said(systemd.stop(unit)) : ok()),
}

const unitEnabled: SimScript = {
  script: unitEnabledScript,
  run({ machine, systemd }, [unit = '', verb = '']) {
    if (verb === 'disable' && !machine.node(`/etc/systemd/system/${unit}`)) return ok()
    return said(systemd.enable(unit, verb === 'enable'))
  },
}

const pathAbsent: SimScript = {
  script: pathAbsentScript,
  run({ machine, systemd }, [path = '', how = '']) {
    const depth = path.split('/').length - 1
    if (!path.startsWith('/') || /\/\/|\/\.{1,2}(\/|$)/.test(`${path}/`)) return fail(64, `${path} is not a plain path`)
    if (path === '/' || (how !== 'only-empty' && depth < 2))
      return fail(73, `${path} is too near to the root to be deleted with all that is in it`)
    if (how !== 'only-empty' || (machine.isDir(path) && machine.isEmpty(path))) machine.remove(path)
    if (path.startsWith('/etc/systemd/system/')) systemd.daemonReload()
    return ok()
  },
}

const contentsAbsent: SimScript = {
  script: contentsAbsentScript,
  run({ machine }, [path = '', only = '']) {
    if (!path.startsWith('/') || /\/\/|\/\.{1,2}(\/|$)/.test(`${path}/`)) return fail(64, `${path} is not a plain path`)
    if (/^\/(etc|home|var|tmp|root)?$/.test(path)) return fail(73, `${path} belongs to the system`)
    if (machine.node(path) && !machine.isDir(path)) return fail(73, `${path} is not a directory`)
    for (const one of entriesIn(machine, path, only)) machine.remove(one)
    return ok()
  },
}

const stagePrepare: SimScript = {
  script: stagePrepareScript,
  run({ machine }, [user = '']) {
    machine.makeDirs(panelDir, 'root', 'root', '0711')
    for (const one of ['staged', 'packages', 'lock']) machine.makeDirs(`${panelDir}/${one}`, 'root', 'root', '0700')
    machine.makeDirs(`${panelDir}/incoming`, 'root', 'root', '0711')
    machine.makeDirs(`${panelDir}/incoming/${user}`, user, machine.state.users[user]?.group ?? user, '0700')
    return ok()
  },
}

const stageTake: SimScript = {
  script: stageTakeScript,
  run({ machine }, [landed = '', staged = '', size = '']) {
    const node = machine.node(landed)
    if (!node) return fail(66, `nothing was uploaded to ${landed}`)
    if (String(node.size) !== size) return fail(74, `${landed} has ${node.size} bytes, not ${size}`)
    machine.remove(staged)
    machine.move(landed, staged)
    Object.assign(node, { owner: 'root', group: 'root', mode: '0600' })
    return ok()
  },
}

const stageClean: SimScript = {
  script: stageCleanScript,
  run({ machine }, [job = '', ...staged]) {
    machine.remove(`${panelDir}/made/${job}`)
    const names = new Set(staged.map((path) => path.slice(path.lastIndexOf('/') + 1)))
    const landed = Object.keys(machine.state.nodes).filter((path) => /^\/var\/lib\/dm-panel\/incoming\/[^/]+\/[^/]+$/.test(path))
    for (const path of [...staged, ...landed.filter((one) => names.has(one.slice(one.lastIndexOf('/') + 1)))]) machine.remove(path)
    return ok()
  },
}

const stageWrite: SimScript = {
  script: stageWriteScript,
  run({ machine, stdin = '' }, [staged = '', size = '']) {
    const bytes = Buffer.from(stdin)
    if (String(bytes.length) !== size) return fail(74, `${bytes.length} bytes of ${size} came`)
    const trouble = noSpace(machine)
    if (trouble) return trouble
    machine.makeDirs(parentOf(staged), 'root', 'root', '0700')
    machine.writeFile(staged, bytes, { owner: 'root', group: 'root', mode: '0600' })
    return ok()
  },
}

const madeRead: SimScript = {
  script: madeReadScript,
  run: ({ machine }, [job = '']) => ok(machine.text(`${panelDir}/made/${job}`) ?? ''),
}

/** Writes down what a script says that it makes, as the real ones do themselves. */
export const simMade = (machine: SimMachine, { job, tag, said }: { job: string; tag: string; said: string }): void => {
  const lines = said.split('\n').flatMap((line) => (line.startsWith('::made ') ? [`${tag} ${line.slice('::made '.length)}\n`] : []))
  if (lines.length === 0) return
  const path = `${panelDir}/made/${job}`
  machine.makeDirs(parentOf(path), 'root', 'root', '0700')
  machine.writeFile(path, (machine.text(path) ?? '') + lines.join(''), { owner: 'root', group: 'root', mode: '0644' })
}

const lockPath = (cluster: string): string => `${panelDir}/lock/${cluster}`
const lineOf = (machine: SimMachine, cluster: string): string => (machine.text(lockPath(cluster)) ?? '').split('\n')[0] ?? ''

/** First line of a cluster's lock on a host: `panel job attempt`, or ''. */
export const simLock = lineOf

const lockTake: SimScript = {
  script: lockTakeScript,
  run({ machine }, [cluster = '', panel = '', job = '', attempt = '']) {
    const line = lineOf(machine, cluster)
    const [hasPanel = '', hasJob, hasAttempt] = line.split(' ')
    if (hasPanel !== '' && hasPanel !== panel) return { code: 98, out: `${line}\n`, err: '' }
    if (hasJob === job && Number(hasAttempt) > Number(attempt)) return fail(97, `attempt ${hasAttempt} of this job has taken over`)
    machine.makeDirs(`${panelDir}/lock`, 'root', 'root', '0700')
    machine.writeFile(lockPath(cluster), `${panel} ${job} ${attempt}\n`, { owner: 'root', group: 'root', mode: '0644' })
    return ok()
  },
}

const lockRelease: SimScript = {
  script: lockReleaseScript,
  run({ machine }, [cluster = '', panel, job, attempt]) {
    const line = lineOf(machine, cluster)
    if (line !== '' && line !== `${panel} ${job} ${attempt}`) return fail(97, `the lock is held by ${line}`)
    machine.remove(lockPath(cluster))
    if (!machine.isEmpty(`${panelDir}/lock`)) return ok()
    const incoming = Object.keys(machine.state.nodes).filter((path) => parentOf(path) === `${panelDir}/incoming`)
    const own = ['lock', 'exports', 'made', 'staged', 'packages'].map((one) => `${panelDir}/${one}`)
    for (const path of [...own, ...incoming, `${panelDir}/incoming`, panelDir]) if (machine.isEmpty(path)) machine.remove(path)
    return ok()
  },
}

/** Everything that changes a host, by the script's name. A text that differs from these is refused. */
export const simScripts: ReadonlyMap<string, SimScript> = new Map(
  [
    directory,
    file,
    userPresent,
    userAbsent,
    keyAdd,
    keyRemove,
    packageCached,
    simBinaries,
    simBinariesStaged,
    unitRunning,
    unitStopped,
    unitEnabled,
    pathAbsent,
    contentsAbsent,
    stagePrepare,
    stageTake,
    stageClean,
    stageWrite,
    madeRead,
    ...simFiles,
    lockTake,
    lockRelease,
  ].map((one) => [one.script.name, one]),
)
