import type { PackageInfo } from '@/server/domain/package'
import type { ExportedFile } from '@/server/domain/step'
import { instancesOf } from '@/server/domain/topology/instances'
import type { Topology } from '@/server/domain/topology/topology'
import { idHash, panelRoot } from '@/server/steps/staging'
import { cachedOn, type Draft, type PhaseDraft, phase } from './build'
import { groupOn } from './deploy-paths'
import type { OperationFacts, OperationInput, PlannedBlob } from './input'
import { instanceFiles } from './instance-files'
import { dmctlHost, dmctlRef } from './sources'

/**
 * Sources and tasks leave the cluster by dmctl's `config export`, before anything else, and with them every file as it is rendered for
 * the version that the cluster has. Without a dmctl nothing is planned: that must have been said as a problem.
 */
export const exportPhase = (
  topology: Topology,
  facts: OperationFacts,
  input: OperationInput,
  dmctl: PackageInfo | undefined,
): { phases: PhaseDraft[]; blobs: PlannedBlob[] } => {
  const ref = dmctl && dmctlRef(topology, { ...input, dmctl })
  if (!ref) return { phases: [], blobs: [] }
  const host = dmctlHost(topology)
  const { files, blobs } = filesNow(topology, facts, input)
  const kept = `${panelRoot}/exports/${idHash(`${input.clusterName} ${input.revision} ${input.version}`)}.tar.gz`
  const step: Draft = {
    subject: input.clusterName,
    step: { kind: 'config-exported', host, dmctl: ref, kept, version: input.version, revision: input.revision, files },
  }
  const lane = cachedOn(host, [dmctl])
  // Whatever becomes of the lane, no passwords stay on the host.
  const wiped: Draft = { subject: 'export', step: { kind: 'path-absent', host, path: kept, onlyEmpty: false } }
  return { phases: [phase('plan.backup', [{ ...lane, steps: [...lane.steps, step], onLeave: [wiped] }])], blobs }
}

const filesNow = (topology: Topology, facts: OperationFacts, input: OperationInput): { files: ExportedFile[]; blobs: PlannedBlob[] } => {
  const blobs = new Map<string, PlannedBlob>()
  const keep = (blob: PlannedBlob): PlannedBlob => {
    blobs.set(blob.sha256, blob)
    return blob
  }
  const files = instancesOf(topology).flatMap((instance) => {
    const own = { owner: topology.global.user, group: groupOn(topology, facts.hosts[instance.hostId]) }
    return instanceFiles(instance, { topology, input, keep, ...own }).flatMap(({ step }) =>
      step.kind === 'file' ? [{ host: step.host, path: step.path, blob: step.content.sha256 }] : [],
    )
  })
  return { files, blobs: [...blobs.values()] }
}
