import { describe, expect, it } from 'vitest'
import type { HostProbe } from '@/server/domain/probe'
import { askHost, parseHost, unique } from './batch'

const read = (probes: HostProbe[], ...lines: string[]) => parseHost(probes, [...lines, '::probed', ''].join('\n'), 'now')

describe('listeners', () => {
  const probes: HostProbe[] = [{ probe: 'listeners' }]
  it('reads ss, IPv6 and several processes on one socket', () => {
    const facts = read(
      probes,
      '::probe probe_listeners',
      'ss LISTEN 0      4096               *:8261             *:*    users:(("dm-master",pid=812,fd=9))',
      'ss LISTEN 0      128             [::]:22             [::]:*    users:(("sshd",pid=7,fd=4),("systemd",pid=1,fd=40))',
      'unit 812 dm-master-8261.service',
      'unit 7 ssh.service',
      'unit 1 ',
      'done',
    )
    expect(facts.listeners).toEqual([
      { port: 8261, pid: 812, process: 'dm-master', unit: 'dm-master-8261.service' },
      { port: 22, pid: 7, process: 'sshd', unit: 'ssh.service' },
      { port: 22, pid: 1, process: 'systemd', unit: '' },
    ])
  })
  it('reads /proc where there is no ss', () => {
    const facts = read(
      probes,
      '::probe probe_listeners',
      'tcp 2045 991',
      'tcp 0016 17',
      'sock 812 991',
      'comm 812 dm-master',
      'unit 812 dm-master-8261.service',
      'done',
    )
    expect(facts.listeners).toEqual([
      { port: 8261, pid: 812, process: 'dm-master', unit: 'dm-master-8261.service' },
      { port: 22, pid: 0, process: '', unit: '' },
    ])
  })
  it('is unknown when the answer is torn', () => {
    expect(read(probes, '::probe probe_listeners', 'ss LISTEN 0 1 *:1 *:*').listeners).toBeUndefined()
  })
})

describe('units', () => {
  const probes: HostProbe[] = [{ probe: 'unit', unit: 'a.service', hashExe: false }]
  it('reads systemd 219, which knows no NRestarts', () => {
    const facts = read(
      probes,
      '::probe probe_unit',
      'MainPID=0',
      'ExecMainStatus=2',
      'Result=exit-code',
      'LoadState=loaded',
      'ActiveState=activating',
      'SubState=auto-restart',
      'UnitFileState=enabled',
      'NeedDaemonReload=no',
      'ActiveEnterTimestamp=Sat 2026-11-21 02:18:37 UTC',
      'ActiveEnterTimestampMonotonic=77',
    )
    expect(facts.units['a.service']).toMatchObject({
      subState: 'auto-restart',
      execMainStatus: 2,
      nRestarts: 0,
      activeEnterMonotonicUs: 77,
    })
  })
  it('stays unknown on a host without systemd', () => {
    expect(read(probes, '::probe probe_unit').units).toEqual({})
  })
})

it('reads the other facts', () => {
  const probes: HostProbe[] = [
    { probe: 'user', user: 'tidb' },
    { probe: 'user', user: 'none' },
    { probe: 'path', path: '/d', hash: true },
    { probe: 'disk', path: '/d/x' },
    { probe: 'authorized-key', user: 'tidb', key: 'ssh-rsa AAAAB3 me' },
    { probe: 'package', sha256: 'ab' },
    { probe: 'reach', address: '10.0.0.1', port: 8261 },
    { probe: 'reach', address: '10.0.0.1', port: 826 },
  ]
  const facts = read(
    probes,
    ...['::probe probe_user', 'tidb:x:1001:1001::/home/tidb:/bin/bash', 'group=tidb', '::probe probe_user', 'absent'],
    ...['::probe probe_path', 'type=regular empty file', 'mode=644', 'owner=tidb', 'group=tidb', 'size=0', 'sha256=e3'],
    ...['::probe probe_disk', '/dev/mapper/vg-root   52403200  41 1024  1% /data dir'],
    ...['::probe probe_authorized_key', '1', '::probe probe_package', '260'],
    ...['::probe probe_reach', '10.0.0.1 826 silent', '10.0.0.1 8261 open'],
  )
  expect(facts).toMatchObject({
    users: { tidb: { uid: 1001, primaryGroup: 'tidb' }, none: { exists: false } },
    paths: { '/d': { type: 'file', mode: '0644', sha256: 'e3' } },
    disks: { '/d/x': { mount: '/data dir', freeBytes: 1024 * 1024, sizeBytes: 52403200 * 1024 } },
    authorizedKeys: { 'tidb AAAAB3': 1 },
    packages: { ab: 260 },
    reach: { '10.0.0.1:8261': 'open', '10.0.0.1:826': 'silent' },
  })
})

it('asks once for a subject, with its hash when anybody wants it', () => {
  const probes: HostProbe[] = [
    { probe: 'path', path: '/d', hash: true },
    { probe: 'path', path: '/d', hash: false },
    { probe: 'system' },
    { probe: 'system' },
  ]
  expect(unique(probes)).toEqual([{ probe: 'path', path: '/d', hash: true }, { probe: 'system' }])
  expect(askHost([{ probe: 'path', path: "/a b'; rm -rf /", hash: false }]).slice(3)).toEqual([
    'dm-panel:probe',
    'probe_path',
    '2',
    "/a b'; rm -rf /",
    '0',
  ])
})
