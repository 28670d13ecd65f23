import { componentSpec } from '@/server/domain/component'
import type { HostId, Instance } from '@/server/domain/instance'
import type { LedgerNote } from '@/server/domain/ledger'
import { downloadName, type PackageInfo } from '@/server/domain/package'
import type { HostProbe } from '@/server/domain/probe'
import type { Topology } from '@/server/domain/topology/topology'
import { cachedOn, type Draft, type PhaseDraft, phase, unitSubject } from './build'
import { groupOn } from './deploy-paths'
import type { OperationFacts } from './input'
import type { Turn } from './turn'

type Context = { topology: Topology; facts: OperationFacts }

/** What an instance is to run. */
export type Staged = { instance: Instance; package: PackageInfo }

/** What staging is judged by on a host: the deploy user's group, and room below each instance's folder. */
export const stagingProbes = (topology: Topology, instances: readonly Instance[]): HostProbe[] => [
  { probe: 'user', user: topology.global.user },
  ...[...new Set(instances.map(({ deployDir }) => deployDir))].map((path) => ({ probe: 'disk', path }) as const),
]

/**
 * Everything is brought before anything is stopped: each package once per host, then unpacked and verified beside the live files of
 * each instance. `also`: packages that only have to lie on a host, such as dmctl.
 */
export const stagePhase = (
  context: Context,
  staged: readonly Staged[],
  also: readonly { host: HostId; package: PackageInfo }[] = [],
): PhaseDraft => {
  const hosts = [...new Set([...staged.map(({ instance }) => instance.hostId), ...also.map(({ host }) => host)])]
  return phase(
    'plan.stage',
    hosts.map((host) => {
      const own = staged.filter(({ instance }) => instance.hostId === host)
      const beside = also.filter((one) => one.host === host).map((one) => one.package)
      const packages = [...new Map([...own.map((one) => one.package), ...beside].map((one) => [one.sha256, one])).values()]
      return {
        ...cachedOn(host, packages),
        steps: [...roomGuards(host, own), ...cachedOn(host, packages).steps, ...own.map((one) => stagedDraft(context, one))],
      }
    }),
  )
}

/** Bytes that staging takes on a host at most: each package, and about three times as much unpacked for each of its instances. */
export const stagingBytes = (own: readonly Staged[]): number => {
  const cached = new Map(own.map((one) => [one.package.sha256, one.package.sizeBytes]))
  const sum = (sizes: Iterable<number>): number => [...sizes].reduce((total, size) => total + size, 0)
  return sum(cached.values()) + 3 * sum(own.map((one) => one.package.sizeBytes)) + 2 ** 28
}

/** The room that staging takes, as a guard. */
export const roomGuards = (host: HostId, own: readonly Staged[]): Draft[] => {
  const [first] = own
  if (!first) return []
  const asks = { guard: 'disk-free', path: first.instance.deployDir, bytes: stagingBytes(own) } as const
  return [{ subject: asks.guard, step: { kind: 'guard', host, asks } }]
}

/** What unpacking a package for an instance takes, staged or not. */
export const unpacked = ({ topology, facts }: Context, { instance, package: one }: Staged) => ({
  host: instance.hostId,
  packageSha256: one.sha256,
  name: downloadName(one),
  into: `${instance.deployDir}/bin`,
  entry: one.entry || componentSpec(instance.component).entry,
  entrySha256: one.entrySha256,
  owner: topology.global.user,
  group: groupOn(topology, facts.hosts[instance.hostId]),
})

const stagedDraft = (context: Context, staged: Staged): Draft => ({
  subject: unitSubject(staged.instance),
  step: { kind: 'binaries-staged', ...unpacked(context, staged) },
})

/**
 * The turn in which an instance gets its package: while it is stopped, what was staged is renamed into place, its files are written, and
 * the ledger says so. Afterwards its process must be this program, and say its version where that is known. `offline`: stays stopped.
 * `ledger`: what is noted with it; `books`: what else becomes true in the panel's own books.
 */
export const activateTurn = (
  context: Context,
  staged: Staged,
  more: { files?: readonly Draft[]; offline?: boolean; ledger?: LedgerNote; books?: readonly Draft[] } = {},
): Turn => {
  const { instance, package: one } = staged
  const { files = [], offline, ledger, books = [] } = more
  return {
    instance,
    activate: [
      { subject: unitSubject(instance), step: { kind: 'binaries', ...unpacked(context, staged) } },
      ...files,
      {
        subject: `installed-${unitSubject(instance)}-${instance.hostId}`,
        step: {
          kind: 'recorded',
          record: {
            ...{ change: 'installed', instance: instance.id, packageSha256: one.sha256, entrySha256: one.entrySha256 },
            ...(ledger && { ledger }),
          },
        },
      },
      ...books,
    ],
    ...(offline ? { offline } : { expect: expected(staged) }),
  }
}

/** Grafana's program is a wrapper that runs another one. What a hotfix or a nightly build says of its version is known only once it was asked. */
const expected = ({ instance, package: one }: Staged): NonNullable<Turn['expect']> => {
  const dm = instance.component === 'dm-master' || instance.component === 'dm-worker'
  const known = one.verified?.release ?? (one.origin.from === 'hotfix' || one.version.includes('nightly') ? '' : one.version)
  return {
    ...(instance.component === 'grafana' ? {} : { exeSha256: one.entrySha256 }),
    ...(dm && known !== '' ? { version: known } : {}),
  }
}
