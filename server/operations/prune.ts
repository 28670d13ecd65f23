import { planOf } from './build'
import type { Operation } from './input'
import { startNeeds } from './start'

export const prune: Operation = {
  name: 'prune',
  needs: (topology) => startNeeds(topology),
  validate: () => [{ code: 'prune.unfinished', severity: 'error', params: {} }],
  plan: (topology, facts, input) => ({
    blobs: [],
    plan: planOf('prune', topology, input, {
      phases: [],
      problems: prune.validate(topology, facts, input),
      impact: { sources: [], masterOutageS: 0 },
      tiupCommand: `tiup dm prune ${input.clusterName}`,
      destructive: false,
    }),
  }),
}
