import { components } from '@/server/domain/component'
import type { HostId, Instance } from '@/server/domain/instance'
import { packageFileName } from '@/server/domain/package'
import { type Draft, unitSubject } from './build'
import { packageFor, packagesOf } from './deploy-packages'
import { groupOn, instanceDirectories } from './deploy-paths'
import { instanceFiles } from './instance-files'
import { type BuildContext, directoryStep } from './prepare-hosts'

/** Packages, programs, files and units of a host's new instances, and what is installed for the books. */
export const installSteps = (host: HostId, context: BuildContext): Draft[] => {
  const { topology, input } = context
  const instances = context.instances.filter((one) => one.hostId === host)
  const cached = packagesOf(instances, topology, input).map(
    (one): Draft => ({
      subject: packageFileName(one),
      step: { kind: 'package-cached', host, sha256: one.sha256, sizeBytes: one.sizeBytes, name: packageFileName(one) },
    }),
  )
  const seen = new Set<string>()
  const installed = instances
    .flatMap((one) => instanceSteps(one, context))
    .filter((draft) => {
      // Both exporters of a host share their folders.
      const key = `${draft.step.kind} ${draft.subject}`
      return draft.step.kind !== 'directory' || (!seen.has(key) && seen.add(key) !== undefined)
    })
  return [...cached, ...installed]
}

const instanceSteps = (instance: Instance, context: BuildContext): Draft[] => {
  const { topology, facts, input } = context
  const host = instance.hostId
  const owner = topology.global.user
  const group = groupOn(topology, facts.hosts[host])
  const found = packageFor(instance, topology, input)
  const { entry } = components[instance.component]
  return [
    ...instanceDirectories(instance).map((path) => directoryStep(host, path, owner, group)),
    ...(found
      ? [
          {
            subject: unitSubject(instance),
            step: {
              kind: 'binaries',
              host,
              packageSha256: found.sha256,
              name: packageFileName(found),
              into: `${instance.deployDir}/bin`,
              entry: found.entry || entry,
              entrySha256: found.entrySha256,
              owner,
              group,
            },
          } as const,
        ]
      : []),
    ...instanceFiles(instance, { ...context, owner, group }),
    ...(found
      ? [
          {
            subject: `installed-${unitSubject(instance)}-${host}`,
            step: {
              kind: 'recorded',
              record: { change: 'installed', instance: instance.id, packageSha256: found.sha256, entrySha256: found.entrySha256 },
            },
          } as const,
        ]
      : []),
  ]
}

export const enableStep = (instance: Instance): Draft => ({
  subject: unitSubject(instance),
  step: { kind: 'unit-enabled', host: instance.hostId, unit: instance.unit, enabled: true },
})
