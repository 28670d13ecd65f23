import semver from 'semver'
import { formerFixedKey } from '@/server/domain/former-key'
import type { Instance } from '@/server/domain/instance'
import type { HostProbe } from '@/server/domain/probe'
import type { Problem } from '@/server/domain/problem'
import { keyFileOf, secretKeyPath } from '@/server/domain/topology/secret-key'
import type { Topology } from '@/server/domain/topology/topology'
import { blobOf, type Draft, type PhaseDraft, phase, refOf } from './build'
import { groupOn } from './deploy-paths'
import type { OperationFacts, OperationInput, PlannedBlob } from './input'
import { dmctlHost } from './sources'

// From v8.0.0 on DM has no fixed key: masters read encrypted passwords by a key file that their configuration names.

export const isNightly = (version: string): boolean => version === 'nightly' || version.endsWith('-nightly')

/** v8.0.0 or later; a version that can't be read is not. */
export const isEight = (version: string): boolean => isNightly(version) || semver.gte(semver.parse(version) ?? '0.0.0', '8.0.0')

/** Whether any process, or the books, are of a version before v8.0.0 and `to` is not. Versions that can't be read say nothing. */
export const crossesEight = ({ version }: OperationInput, facts: OperationFacts, to: string): boolean => {
  const versions = [version, ...Object.values(facts.cluster?.versions ?? {})].filter((one) => semver.parse(one) !== null)
  return isEight(to) && !versions.every(isEight)
}

type Context = {
  topology: Topology
  facts: OperationFacts
  input: OperationInput
  /** Keeps a text for the store; answers with the one that is kept. */
  keep: (blob: PlannedBlob) => PlannedBlob
}

/** Only the deploy user reads it. `stored`: the secret that is joined at the wire; without it DM's former key. */
export const keyFileStep = (instance: Instance, { topology, facts, keep }: Omit<Context, 'input'>, stored: string | undefined): Draft => {
  const path = `${instance.deployDir}/${secretKeyPath}`
  const content = refOf(keep(blobOf([stored === undefined ? { text: formerFixedKey } : { secret: stored }], { sensitive: true })))
  const own = { owner: topology.global.user, group: groupOn(topology, facts.hosts[instance.hostId]) }
  return { subject: path, step: { kind: 'file', host: instance.hostId, path, content, mode: '0600', ...own } }
}

/** Masters in folders that nothing was in before, and those that have their key files already, each with the topology that says where. */
export type FreshMasters = {
  fresh: { topology: Topology; masters: readonly Instance[] }
  standing: { topology: Topology; masters: readonly Instance[] }
}

/** Hashes of the key files of those that stand, and whether there is one where fresh masters will read theirs. */
export const freshKeyProbes = ({ fresh, standing }: FreshMasters, host: string): HostProbe[] =>
  [fresh, standing].flatMap(({ topology, masters }) =>
    masters.flatMap((one): HostProbe[] => {
      const path = keyFileOf(topology, one)
      return path === undefined || one.hostId !== host ? [] : [{ probe: 'path', path, hash: true }]
    }),
  )

/**
 * A fresh master's key file, or a guard that it is there: what a person put anywhere else, or has changed since, the panel does not know,
 * and masters with different keys can't read each other's passwords.
 */
export const freshKeyDrafts = (which: FreshMasters, context: Context, host: string): Draft[] => {
  const { topology, masters } = which.fresh
  return masters.flatMap((one): Draft[] => {
    const path = keyFileOf(topology, one)
    if (path === undefined || one.hostId !== host) return []
    if (isKnown(which, one, context)) return [keyFileStep(one, { ...context, topology }, context.input.keyFile?.stored)]
    return [{ subject: path, step: { kind: 'guard', host: one.hostId, asks: { guard: 'path-present', path } } }]
  })
}

/** Fresh masters that would not start for want of their key file, or would start with another key than the others'. */
export const freshKeyProblems = (which: FreshMasters, facts: OperationFacts, input: OperationInput): Problem[] => {
  const { topology, masters } = which.fresh
  const [from] = standingKeys(which, facts)
  return masters.flatMap((one): Problem[] => {
    const path = keyFileOf(topology, one)
    const seen = path === undefined ? undefined : facts.hosts[one.hostId]?.paths[path]
    if (path === undefined || !seen || isKnown(which, one, { facts, input })) return []
    const params = { instance: one.id, host: one.hostId, path, from: from ? `${from.host}:${from.path}` : '-', user: topology.global.user }
    if (!seen.exists) return [{ code: 'secret-key.missing', severity: 'error', params }]
    return from && seen.sha256 !== undefined && seen.sha256 !== from.sha256
      ? [{ code: 'secret-key.differs', severity: 'error', params }]
      : []
  })
}

type StandingKey = { host: string; path: string; sha256: string }

const standingKeys = ({ standing }: FreshMasters, facts: OperationFacts): StandingKey[] =>
  standing.masters.flatMap((one): StandingKey[] => {
    const path = keyFileOf(standing.topology, one)
    const seen = path === undefined ? undefined : facts.hosts[one.hostId]?.paths[path]
    return path !== undefined && seen?.exists && seen.sha256 !== undefined ? [{ host: one.hostId, path, sha256: seen.sha256 }] : []
  })

/** The panel put it there, in its own place, and no master that was seen has another one. */
const isKnown = (which: FreshMasters, one: Instance, { facts, input }: Pick<Context, 'facts' | 'input'>): boolean =>
  input.keyFile !== undefined &&
  keyFileOf(which.fresh.topology, one) === `${one.deployDir}/${secretKeyPath}` &&
  standingKeys(which, facts).every(({ sha256 }) => sha256 === input.keyFile?.sha256)

/**
 * After all masters and workers were started with the key: sources that were bound at review are, and tasks that ran do. A source without a
 * task or relay is not logged in to by DM, so nothing more can be seen of its password.
 */
export const passwordsPhase = (topology: Topology, facts: OperationFacts): PhaseDraft => {
  const { members, tasks: all = [] } = facts.cluster ?? {}
  const sources = members?.workers.flatMap(({ source }) => (source === '' ? [] : [source])) ?? []
  const tasks = all.flatMap(({ task, source, stage }) => (stage === 'Running' ? [{ task, source }] : []))
  const host = dmctlHost(topology)
  const asks = { guard: 'passwords-read', sources, tasks } as const
  return phase('plan.passwords-read', [
    {
      subject: host,
      login: 'deploy',
      steps: sources.length + tasks.length > 0 ? [{ subject: 'passwords', step: { kind: 'guard', host, asks } }] : [],
    },
  ])
}
