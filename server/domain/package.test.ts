import { expect, it } from 'vitest'
import { downloadName, parseProgramVersion } from './package'

it('reads -V of DM as recorded and as the hotfix document shows it', () => {
  const recorded =
    'Release Version: v8.5.0\nGit Commit Hash: c7b2588ef6c74ef2a42ef35a539251d026de722e\nGit Branch: master\nUTC Build Time: 2026-11-21 02:00:00\nGo Version: go1.26.8\nFailpoint Build: false\n\n'
  expect(parseProgramVersion(recorded)).toEqual({
    release: 'v8.5.0',
    commit: 'c7b2588ef6c74ef2a42ef35a539251d026de722e',
    branch: 'master',
    built: '2026-11-21 02:00:00',
    go: 'go1.26.8',
  })
  const old =
    'Release Version: v5.3.0\n\nGit Commit Hash: 20626b\nGit Branch: heads/refs/tags/v5.3.0\nUTC Build Time: 2021-11-29 08:29:49\nGo Version: go version go1.16.4 linux/amd64\n'
  expect(parseProgramVersion(old)).toMatchObject({ release: 'v5.3.0', commit: '20626b', go: 'go version go1.16.4 linux/amd64' })
})

it('reads the monitors’ --version, and nothing else', () => {
  const prometheus =
    'prometheus, version 2.49.1 (branch: HEAD, revision: 43e14844a33b65e2a396e3944272af8b3a494071)\n  build user: x\n  build date:       20240115-19:11:32\n  go version:       go1.21.6\n'
  expect(parseProgramVersion(prometheus)).toMatchObject({ release: 'v2.49.1', branch: 'HEAD', built: '20240115-19:11:32', go: 'go1.21.6' })
  expect(parseProgramVersion('Version 7.5.17 (commit: abc, branch: HEAD)')).toMatchObject({ release: 'v7.5.17', commit: 'abc' })
  for (const text of ['', 'Segmentation fault', 'flag provided but not defined: -V']) expect(parseProgramVersion(text)).toBeNull()
})

it('downloads a hotfix under the name that the document gives it', () => {
  const one = { component: 'dm-master', version: 'v8.5.0-hotfix-DM-812', os: 'linux', arch: 'amd64' } as const
  expect(downloadName({ ...one, origin: { from: 'hotfix', detail: '' } })).toBe('dm-master-hotfix-linux-amd64.tar.gz')
  expect(downloadName({ ...one, version: 'v8.5.0', origin: { from: 'mirror', detail: '' } })).toBe('dm-master-v8.5.0-linux-amd64.tar.gz')
})
