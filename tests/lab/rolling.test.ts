import { afterAll, describe } from 'vitest'
import { labAvailable } from '@/tests/support/lab'
import { sharedCluster } from './shared-cluster'
import { faultsSuite } from './suite-faults'
import { patchSuite } from './suite-patch'
import { restartSuite } from './suite-restart'

/** Suites that take turns on one cluster: each is given it as a new one would be. */
describe.skipIf(!labAvailable().ok)('on one running cluster of lab hosts', () => {
  const shared = sharedCluster()
  afterAll(() => shared.stop())
  restartSuite(shared)
  faultsSuite(shared)
  patchSuite(shared)
})
