import { planOf } from './build'
import type { Operation } from './input'
import { startNeeds } from './start'

export const scaleOut: Operation = {
  name: 'scale-out',
  needs: (topology) => startNeeds(topology),
  validate: () => [{ code: 'scale-out.unfinished', severity: 'error', params: {} }],
  plan: (topology, facts, input) => ({
    blobs: [],
    plan: planOf('scale-out', topology, input, {
      phases: [],
      problems: scaleOut.validate(topology, facts, input),
      impact: { sources: [], masterOutageS: 0 },
      tiupCommand: `tiup dm scale-out ${input.clusterName}`,
      destructive: false,
    }),
  }),
}
