import type { PackageInfo } from '@/server/domain/package'
import type { Topology } from '@/server/domain/topology/topology'
import type { PhaseDraft } from './build'
import type { OperationFacts, OperationInput, PlannedBlob } from './input'

/** Sources and tasks leave the cluster by dmctl's `config export`, before anything else. */
export const exportPhase = (
  _topology: Topology,
  _facts: OperationFacts,
  _input: OperationInput,
  _dmctl: PackageInfo | undefined,
): { phases: PhaseDraft[]; blobs: PlannedBlob[] } => ({ phases: [], blobs: [] })
