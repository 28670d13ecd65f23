import { expect, it } from 'vitest'
import { reachOf } from './ssh-client'

it('the operation goes before the cluster, the cluster before its topology, and what nobody says stays open', () => {
  expect(reachOf({ sshClient: 'builtin' }, { sshClient: 'system', connectTimeoutS: 9 }, 'system')).toEqual({
    sshClient: 'builtin',
    connectTimeoutS: 9,
  })
  expect(reachOf({}, { sshClient: 'builtin' }, 'system')).toEqual({ sshClient: 'builtin' })
  expect(reachOf({ connectTimeoutS: 3 }, { sshClient: null, connectTimeoutS: 9 }, 'system')).toEqual({
    sshClient: 'system',
    connectTimeoutS: 3,
  })
  expect(reachOf({}, { connectTimeoutS: null }, 'builtin')).toEqual({})
})
