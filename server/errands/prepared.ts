import type { Problem } from '@/server/domain/problem'
import type { Topology } from '@/server/domain/topology/topology'
import type { OperationInput } from '@/server/operations/input'
import type { ClusterToBe } from '@/server/store/plans'

/** All that a planner is given besides facts. */
export type Prepared = { topology: Topology; input: OperationInput; creates?: ClusterToBe; problems: Problem[] }
