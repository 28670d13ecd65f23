import { afterAll, describe } from 'vitest'
import { labAvailable } from '@/tests/support/lab'
import { sharedCluster } from './shared-cluster'
import { upgradeSuite } from './suite-upgrade'

/** By its length a file of its own; it could take its turn in `rolling.test.ts`, as the last, for it leaves another cluster behind. */
describe.skipIf(!labAvailable().ok)('on a running cluster of lab hosts', () => {
  const shared = sharedCluster()
  afterAll(() => shared.stop())
  upgradeSuite(shared)
})
