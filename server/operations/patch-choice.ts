import { type ComponentName, roleNames } from '@/server/domain/component'
import type { Instance } from '@/server/domain/instance'
import { currentOf, formerOf, formersOf, isRelease, type LedgerKind } from '@/server/domain/ledger'
import { downloadName, type PackageInfo } from '@/server/domain/package'
import type { Problem } from '@/server/domain/problem'
import type { Topology } from '@/server/domain/topology/topology'
import type { OperationFacts, OperationInput, PatchAsked } from './input'
import { selected } from './select'

/** What one instance gets. */
export type Choice = { instance: Instance; package: PackageInfo; kind: LedgerKind; patched: boolean }
/** Which package goes to which instance, and what can't be. */
export type Chosen = { choices: readonly Choice[]; problems: readonly Problem[] }

type Context = { topology: Topology; facts: OperationFacts; input: OperationInput }

const nothingAsked: PatchAsked = { packages: [], overwrite: false, offline: false }
export const patchAsked = (input: OperationInput): PatchAsked => input.patch ?? nothingAsked

const error = (code: string, path: string, params: Problem['params']): Problem => ({ code, severity: 'error', path, params })

/** Instances of the packages' components among roles and nodes, each with the package of its platform; or each with its former one. */
export const choose = (context: Context): Chosen => (patchAsked(context.input).to === 'former' ? formers(context) : packages(context))

const explicitly = ({ roles, nodes }: OperationInput): boolean => (roles?.length ?? 0) + (nodes?.length ?? 0) > 0

const packages = (context: Context): Chosen => {
  const { topology, input } = context
  const { found, problems } = chosenPackages(input)
  const components = new Set<string>(found.map(({ component }) => component))
  const named = [...components].join(', ')
  const all = selected(topology, input)
  const others = all.filter(({ component }) => !components.has(component))
  const fitting = all.filter(({ component }) => components.has(component)).map((instance) => matched(instance, found, context))
  const unused = found.filter(({ component }) => !all.some((one) => one.component === component))
  return {
    choices: fitting.flatMap((one) => ('package' in one ? [one] : [])),
    problems: [
      ...problems,
      // Whoever names a node or a role means it; without either all others are simply not concerned.
      ...(explicitly(input) && found.length > 0
        ? others.map((one) => error('patch.other-component', 'nodes', { node: one.id, component: one.component, packages: named }))
        : []),
      ...unused.map((one) => error('patch.package-unused', 'packages', { package: downloadName(one), component: one.component })),
      ...fitting.flatMap((one) => ('code' in one ? [one] : [])),
    ],
  }
}

/** The asked packages as the store has them: of roles, and of each component and platform one. */
const chosenPackages = (input: OperationInput): { found: PackageInfo[]; problems: Problem[] } => {
  const asked = [...new Set(patchAsked(input).packages)]
  const found = asked.flatMap((sha256) => (input.packages ?? []).find((one) => one.sha256 === sha256) ?? [])
  const gone = asked.filter((sha256) => !found.some((one) => one.sha256 === sha256))
  const odd = found.filter(({ component }) => !isRoleName(component))
  const twice = found.filter((one, i) => found.findIndex((other) => keyOf(other) === keyOf(one)) !== i)
  return {
    found: found.filter((one) => !odd.includes(one) && !twice.includes(one)),
    problems: [
      ...(asked.length === 0 ? [error('patch.no-package', 'packages', {})] : []),
      ...gone.map((sha256) => error('patch.package-gone', 'packages', { package: sha256.slice(0, 12) })),
      ...odd.map((one) =>
        error('patch.no-role', 'packages', { package: downloadName(one), component: one.component, known: roleNames.join(', ') }),
      ),
      ...twice.map((one) => error('patch.two-packages', 'packages', { component: one.component, platform: `${one.os}/${one.arch}` })),
    ],
  }
}

const isRoleName = (component: string): component is ComponentName => roleNames.some((role) => role === component)
const keyOf = ({ component, os, arch }: PackageInfo): string => `${component} ${os} ${arch}`

/** The topology's platform, or the one that was seen where it has none. */
const platformOf = ({ os, arch, hostId }: Instance, { facts }: Context): string => {
  const seen = facts.hosts[hostId]?.system
  return `${os || seen?.os || 'linux'}/${arch || seen?.arch || ''}`
}

const matched = (instance: Instance, found: readonly PackageInfo[], context: Context): Choice | Problem => {
  const platform = platformOf(instance, context)
  const own = found.filter(({ component }) => component === instance.component)
  const one = own.find(({ os, arch }) => `${os}/${arch}` === platform)
  if (one) return choiceOf(instance, one, context.input)
  return error('patch.wrong-platform', 'packages', {
    node: instance.id,
    platform,
    package: own.map(downloadName).join(', '),
    platforms: own.map(({ os, arch }) => `${os}/${arch}`).join(', '),
  })
}

/** Going to a package that the instance had before is a rollback, but for a hotfix that is put on its release once more. */
const choiceOf = (instance: Instance, one: PackageInfo, input: OperationInput): Choice => {
  const { ledger = [], packages: store = [], version } = input
  const release = isRelease(one, version, ledger)
  const now = store.find(({ sha256 }) => sha256 === currentOf(ledger, instance.id)?.packageSha256)
  const back = formersOf(ledger, instance.id).includes(one.sha256) && (release || (now !== undefined && !isRelease(now, version, ledger)))
  return { instance, package: one, kind: back ? 'rollback' : 'patch', patched: !release }
}

/** Without roles and nodes: all that are patched. Named ones must have something to go back to. */
const formers = (context: Context): Chosen => {
  const { topology, input } = context
  const ledger = input.ledger ?? []
  const all = selected(topology, input).filter((one) => explicitly(input) || one.patched)
  if (all.length === 0) return { choices: [], problems: explicitly(input) ? [] : [error('patch.nothing-patched', 'to', {})] }
  const found = all.map((instance): Choice | Problem => {
    const sha256 = formerOf(ledger, instance.id)
    if (sha256 === undefined) return error('patch.no-former', 'nodes', { node: instance.id })
    const one = (input.packages ?? []).find((each) => each.sha256 === sha256)
    if (!one) return error('patch.former-gone', 'nodes', { node: instance.id, package: sha256.slice(0, 12) })
    return { ...choiceOf(instance, one, input), kind: 'rollback' }
  })
  return {
    choices: found.flatMap((one) => ('package' in one ? [one] : [])),
    problems: found.flatMap((one) => ('code' in one ? [one] : [])),
  }
}
