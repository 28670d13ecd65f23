import type { HostFacts } from '@/server/domain/facts'
import type { HostId, Instance } from '@/server/domain/instance'
import type { Shown } from '@/server/domain/masked-lines'
import type { HostProbe } from '@/server/domain/probe'
import type { StepOf } from '@/server/domain/step'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { file } from '@/server/steps/file'
import { groupOn } from './deploy-paths'
import type { OperationInput, PlannedBlob } from './input'
import { instanceFiles } from './instance-files'

export type RenderedAt = { instance: Instance; parts: PlannedBlob['parts']; shown: Shown; step: (seen?: HostFacts) => StepOf<'file'> }

/** The file that the topology puts at this path of a host; undefined where it puts none. */
export const renderedAt = (topology: Topology, input: OperationInput, at: { host: HostId; path: string }): RenderedAt | undefined => {
  const rendered = (seen?: HostFacts) =>
    instancesOf(topology)
      .filter(({ hostId }) => hostId === at.host)
      .flatMap((instance) => {
        const blobs = new Map<string, PlannedBlob>()
        const keep = (blob: PlannedBlob): PlannedBlob => {
          blobs.set(blob.sha256, blob)
          return blob
        }
        const owned = { owner: topology.global.user, group: groupOn(topology, seen) }
        return instanceFiles(instance, { topology, input, keep, ...owned }).flatMap(({ step }) => {
          const blob = step.kind === 'file' && step.path === at.path ? blobs.get(step.content.sha256) : undefined
          return step.kind === 'file' && blob ? [{ instance, blob, step: { ...step, id: '' } }] : []
        })
      })[0]
  const found = rendered()
  if (!found) return undefined
  const { instance, blob, step } = found
  // One that is secret as a whole does not say where in it the secret stands.
  const whole = blob.secret && blob.parts.every((part) => 'text' in part)
  return {
    instance,
    parts: blob.parts,
    shown: whole ? 'places' : blob.secret ? 'keys' : 'text',
    step: (seen) => rendered(seen)?.step ?? step,
  }
}

/** What `renderedAt` is judged by. */
export const checkFileProbes = ({ step }: RenderedAt, user: string): HostProbe[] => [...file.needs(step()), { probe: 'user', user }]

/** Owner, mode and hash in words. */
export const explainFile = ({ step }: RenderedAt, seen: HostFacts): { expected: string; seen: string } =>
  file.explain(step(seen), seen, { incarnation: '' })
