import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { HostProbe } from '@/server/domain/probe'
import { askHost, parseHost, probeScript } from '@/server/probes/batch'
import { simScripts } from '@/server/sim/sim-scripts'
import { directory } from '@/server/steps/directory'
import { fencedScript } from '@/server/steps/host-lock'
import { parseMade } from '@/server/steps/made'
import { pathAbsent } from '@/server/steps/path-absent'
import { splitProbed, withProbe, withProbeScript } from '@/server/steps/with-probe'

const all = [probeScript, fencedScript, withProbeScript, ...[...simScripts.values()].map((one) => one.script)]

const run = (argv: readonly string[]) => {
  const [program = '', ...args] = argv
  return spawnSync(program, args, { encoding: 'utf8' })
}

it.each(all.map((one) => [one.name, one.text]))('%s is sound bash', (_name, text) => {
  expect(run(['/bin/bash', '-n', '-c', text])).toMatchObject({ status: 0, stderr: '' })
})

describe('on this machine, below a folder of its own', () => {
  const names = (flag: string): string => run(['id', flag]).stdout.trim()
  const own = { owner: names('-un'), group: names('-gn') }
  const on = { host: 'h', id: '1' }

  it('makes directories, asks in the same exec, and deletes them', () => {
    const top = mkdtempSync(join(tmpdir(), 'dm-panel-step-'))
    try {
      const step = { ...on, kind: 'directory' as const, path: `${top}/a b/c'd`, mode: '0750', ...own }
      const probes = directory.needs(step)
      const [act] = directory.acts(step)
      if (act?.act !== 'exec') throw new Error('no exec')
      const ran = run(withProbe(act.argv, probes))
      const { stdout, facts } = splitProbed(ran.stdout, probes, 'now')
      expect(stdout.trim().split('\n')).toEqual([`::made ${top}/a b`, `::made ${top}/a b/c'd`])
      expect(facts && directory.satisfied(step, facts, { incarnation: '' })).toBe('yes')
      const gone = { ...on, kind: 'path-absent' as const, path: `${top}/a b`, onlyEmpty: false }
      const [remove] = pathAbsent.acts(gone)
      if (remove?.act !== 'exec') throw new Error('no exec')
      expect(run(remove.argv)).toMatchObject({ status: 0 })
      const after = parseHost(pathAbsent.needs(gone), run(askHost(pathAbsent.needs(gone))).stdout, 'now')
      expect(pathAbsent.satisfied(gone, after, { incarnation: '' })).toBe('yes')
    } finally {
      rmSync(top, { recursive: true })
    }
  })

  it('writes down what it makes before it makes it, so that nothing is forgotten when it fails on the way', () => {
    const top = mkdtempSync(join(tmpdir(), 'dm-panel-step-'))
    try {
      const [act] = directory.acts({ ...on, kind: 'directory', path: `${top}/a/b`, mode: '0750', owner: 'no-such-user', group: own.group })
      if (act?.act !== 'exec') throw new Error('no exec')
      const [program = '', ...args] = act.argv
      const spool = join(top, 'made')
      const ran = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, DM_PANEL_MADE: spool, DM_PANEL_STEP: 'tag' } })
      expect(ran.status).not.toBe(0)
      expect([...parseMade(readFileSync(spool, 'utf8'))]).toEqual([['tag', [`${top}/a`]]])
      expect(existsSync(`${top}/a`)).toBe(true)
      expect(existsSync(`${top}/a/b`)).toBe(false)
      const full = spawnSync(program, args, {
        encoding: 'utf8',
        env: { ...process.env, DM_PANEL_MADE: `${top}/no/where`, DM_PANEL_STEP: 'tag' },
      })
      expect(full.status, 'what can not be written down is not made').not.toBe(0)
      expect(existsSync(`${top}/a/b`)).toBe(false)
    } finally {
      rmSync(top, { recursive: true })
    }
  })

  it('keeps the status of the act', () => {
    expect(run(withProbe(['/bin/sh', '-c', 'exit 9'], []))).toMatchObject({ status: 9 })
  })

  it('answers the questions that need no systemd', () => {
    const probes: HostProbe[] = [
      { probe: 'system' },
      { probe: 'user', user: own.owner },
      { probe: 'user', user: 'no-such-user' },
      { probe: 'path', path: '/bin/bash', hash: true },
      { probe: 'path', path: '/no/such', hash: false },
      { probe: 'disk', path: '/no/such' },
      { probe: 'listeners' },
      { probe: 'reach', address: '127.0.0.1', port: 1 },
    ]
    const facts = parseHost(probes, run(askHost(probes)).stdout, 'now')
    expect(facts).toMatchObject({
      system: { os: 'linux', commands: expect.arrayContaining(['tar', 'sha256sum']) },
      users: { [own.owner]: { exists: true, primaryGroup: own.group }, 'no-such-user': { exists: false } },
      paths: { '/no/such': { exists: false } },
      listeners: expect.any(Array),
      reach: { '127.0.0.1:1': 'refused' },
    })
    expect(facts.disks['/no/such']?.freeBytes).toBeGreaterThan(0)
  })
})
