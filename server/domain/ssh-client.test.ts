import { expect, it } from 'vitest'
import { hopsOf, isHopText, reachFlags, reachOf } from './ssh-client'

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

it('reads jump hosts as they are typed; who names no credential uses that of the hop before', () => {
  const jump = [
    { at: 'ops@bastion', credentialId: 'c1' },
    { at: ' root@[2001:db8::1]:2222' },
    { at: 'a.b-c@10.0.0.1:22', credentialId: 'c2' },
  ]
  expect(hopsOf(jump)).toEqual([
    { user: 'ops', address: 'bastion', port: 22, credentialId: 'c1' },
    { user: 'root', address: '2001:db8::1', port: 2222, credentialId: 'c1' },
    { user: 'a.b-c', address: '10.0.0.1', port: 22, credentialId: 'c2' },
  ])
  expect(hopsOf([{ at: 'ops@bastion' }])[0]?.credentialId).toBe('')
  for (const bad of ['bastion', 'a@', '@b', 'a@b:0', 'a@b:70000', 'a@-oProxyCommand=x', 'a@b c', '-l@b', 'a@b:22:22'])
    expect(isHopText(bad)).toBe(false)
  expect(reachFlags({ jump: jump.slice(0, 1) })).toBe(' --ssh-proxy-host=bastion --ssh-proxy-user=ops --ssh-proxy-port=22')
})

it('an operation may go directly where the cluster has jump hosts', () => {
  const jump = [{ at: 'ops@bastion', credentialId: 'c1' }]
  expect(reachOf({}, { jump }, 'builtin')).toEqual({ jump })
  expect(reachOf({ jump: [] }, { jump }, 'builtin')).toEqual({ jump: [] })
})

it('hosts at once: the operation’s choice, then the cluster’s; as `-c`', () => {
  expect(reachOf({ concurrency: 2 }, { concurrency: 9 }, 'builtin')).toEqual({ concurrency: 2 })
  expect(reachOf({}, { concurrency: 9 }, 'builtin')).toEqual({ concurrency: 9 })
  expect(reachFlags({ concurrency: 9, connectTimeoutS: 7 })).toBe(' --ssh-timeout=7 -c 9')
})
