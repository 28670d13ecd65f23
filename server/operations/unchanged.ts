import { components } from '@/server/domain/component'
import type { Instance } from '@/server/domain/instance'
import type { HostProbe } from '@/server/domain/probe'
import { type Draft, type LaneDraft, type PhaseDraft, phase, unitSubject } from './build'
import type { OperationFacts } from './input'
import type { Turn } from './turn'

/** What systemd starts an instance by. `tiup` knows nothing of our locks: what it does behind our back shows here first. */
const watchedFiles = (one: Instance): string[] => [
  `/etc/systemd/system/${one.unit}`,
  `${one.deployDir}/scripts/${components[one.component].runScript}`,
]

/** Probes of these files, by which `unchangedGuards` and `checkPhase` know them again. */
export const unchangedProbes = (instances: readonly Instance[]): HostProbe[] =>
  instances.flatMap((one) => watchedFiles(one).map((path) => ({ probe: 'path', path, hash: true }) as const))

/** Nobody has changed how this instance is started since the review, but for this very turn. Files that were not seen are not watched. */
export const unchangedGuards = ({ instance, activate }: Turn, facts: OperationFacts): Draft[] =>
  watchedFiles(instance).flatMap((path): Draft[] => {
    const seen = facts.hosts[instance.hostId]?.paths[path]
    if (!seen?.exists || seen.sha256 === undefined) return []
    const own = activate.flatMap(({ step }) => (step.kind === 'file' && step.path === path ? [step.content] : []))
    if (own.some(({ secret }) => secret)) return []
    const oneOf = [...new Set([seen.sha256, ...own.map(({ sha256 }) => sha256)])]
    return [{ subject: path, step: { kind: 'guard', host: instance.hostId, asks: { guard: 'file-is', path, oneOf } } }]
  })

/** Before anything is changed: every unit is known and started as at review. Asked again after each pause, retry and resume. */
export const checkPhase = (turns: readonly Turn[], facts: OperationFacts): PhaseDraft => {
  const hosts = [...new Set(turns.map(({ instance }) => instance.hostId))]
  return phase(
    'plan.check',
    hosts.map(
      (host): LaneDraft => ({
        subject: host,
        login: 'deploy',
        steps: turns
          .filter(({ instance }) => instance.hostId === host)
          .flatMap((turn) => [
            {
              subject: unitSubject(turn.instance),
              step: { kind: 'guard', host, asks: { guard: 'unit-known', unit: turn.instance.unit } },
            } as const,
            ...unchangedGuards(turn, facts),
          ]),
      }),
    ),
  )
}
