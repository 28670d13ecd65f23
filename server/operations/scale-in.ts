import { planOf } from './build'
import type { Operation } from './input'
import { startNeeds } from './start'

export const scaleIn: Operation = {
  name: 'scale-in',
  needs: (topology) => startNeeds(topology),
  validate: () => [{ code: 'scale-in.unfinished', severity: 'error', params: {} }],
  plan: (topology, facts, input) => ({
    blobs: [],
    plan: planOf('scale-in', topology, input, {
      phases: [],
      problems: scaleIn.validate(topology, facts, input),
      impact: { sources: [], masterOutageS: 0 },
      tiupCommand: `tiup dm scale-in ${input.clusterName}`,
      destructive: false,
    }),
  }),
}
