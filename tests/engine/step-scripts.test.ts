import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { HostProbe } from '@/server/domain/probe'
import { askHost, parseHost, probeScript } from '@/server/probes/batch'
import { dmctlScripts } from '@/server/sim/sim-dmctl'
import { simScripts } from '@/server/sim/sim-scripts'
import { commandEndScript, commandScript, endMark, endOfText, endText, runText } from '@/server/steps/command'
import { contentsAbsent } from '@/server/steps/contents-absent'
import { directory } from '@/server/steps/directory'
import { fencedScript } from '@/server/steps/host-lock'
import { parseMade } from '@/server/steps/made'
import { pathAbsent } from '@/server/steps/path-absent'
import { splitProbed, withProbe, withProbeScript } from '@/server/steps/with-probe'

const all = [
  probeScript,
  fencedScript,
  withProbeScript,
  commandScript,
  commandEndScript,
  ...[...simScripts.values()].map((one) => one.script),
  ...[...dmctlScripts].map(([name, { text }]) => ({ name, text })),
]

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

  it('empties a folder, takes links in it and not what they name, and follows no link on the way', () => {
    const top = realpathSync(mkdtempSync(join(tmpdir(), 'dm-panel-step-')))
    const acted = (path: string, only: 'all' | 'logs') => {
      const step = { ...on, kind: 'contents-absent' as const, path, only }
      const [act] = contentsAbsent.acts(step)
      if (act?.act !== 'exec') throw new Error('no exec')
      const { status } = run(act.argv)
      const facts = parseHost(contentsAbsent.needs(step), run(askHost(contentsAbsent.needs(step))).stdout, 'now')
      return { status, verdict: contentsAbsent.satisfied(step, facts, { incarnation: '' }) }
    }
    try {
      for (const folder of ['data/deep', 'data/lost+found', 'outside', 'log']) mkdirSync(join(top, folder), { recursive: true })
      for (const file of ['data/deep/x', 'outside/precious', 'log/a.log', 'log/a.log.1', 'log/b', 'log/my logs.log'])
        writeFileSync(join(top, file), 'x'.repeat(5000))
      symlinkSync(join(top, 'outside'), join(top, 'data/link'))
      symlinkSync(join(top, 'outside'), join(top, 'log/out.log'))
      symlinkSync(join(top, 'data'), join(top, 'way'))
      const asked = [
        { probe: 'usage', path: `${top}/data`, only: 'all', size: true },
        { probe: 'usage', path: `${top}/log`, only: 'logs', size: true },
        { probe: 'usage', path: `${top}/way`, only: 'all', size: true },
        { probe: 'usage', path: `${top}/none`, only: 'all', size: true },
      ] as const
      const { usage } = parseHost(asked, run(askHost(asked)).stdout, 'now')
      expect(usage[`all ${top}/data`]).toMatchObject({ entries: 2, real: `${top}/data` })
      expect(usage[`all ${top}/data`]?.bytes).toBeGreaterThanOrEqual(5000)
      expect(usage[`logs ${top}/log`]?.entries).toBe(3)
      expect(usage[`logs ${top}/log`]?.bytes).toBeGreaterThanOrEqual(15_000)
      expect(usage[`all ${top}/way`]?.real).toBe(`${top}/data`)
      expect(usage[`all ${top}/none`]).toEqual({ entries: 0, bytes: 0, real: '' })
      expect(acted(`${top}/way`, 'all')).toEqual({ status: 73, verdict: 'no' })
      expect(existsSync(join(top, 'data/deep/x'))).toBe(true)
      expect(acted(`${top}/data`, 'all')).toEqual({ status: 0, verdict: 'yes' })
      expect(readdirSync(join(top, 'data'))).toEqual(['lost+found'])
      expect(acted(`${top}/log`, 'logs')).toEqual({ status: 0, verdict: 'yes' })
      expect(readdirSync(join(top, 'log')).toSorted()).toEqual(['b', 'out.log'])
      expect(readdirSync(join(top, 'outside'))).toEqual(['precious'])
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

describe.skipIf(process.getuid?.() !== 0)('a user’s own text', () => {
  const ran = (user: string, text: string, seconds = 30) => {
    const mark = 'f'.repeat(24)
    const { stdout, stderr, status } = run(runText({ user, seconds, mark, text }))
    return { out: stdout.split(endMark(mark))[0], stderr, status, end: endOfText(stdout, mark) }
  }

  it('is one argument for sh; what it prints and how it ends is its own', () => {
    const text = `printf '%s|' "a  b" 'c"d' $((1+1)); printf '\\n::made /x'; cat; echo "$HOME $USER" >&2; exit 97`
    expect(ran('root', text)).toEqual({
      out: 'a  b|c"d|2|\n::made /x',
      stderr: '/root root\n',
      status: 0,
      end: { code: 97, timedOut: false },
    })
    expect(ran('root', 'exit 124').end).toEqual({ code: 124, timedOut: false })
    expect(ran('nobody', 'id -un; grep NoNewPrivs /proc/self/status').out).toBe('nobody\nNoNewPrivs:\t1\n')
    expect(ran('no-such-user', 'true')).toMatchObject({ status: 67, end: undefined })
  })

  it('is ended at its time, with what it has started, and by its mark', async () => {
    expect(ran('nobody', 'sleep 987 & sleep 987', 1).end).toMatchObject({ timedOut: true })
    const mark = 'e'.repeat(24)
    const [program = '', ...args] = runText({ user: 'nobody', seconds: 60, mark, text: 'sleep 987 & echo begun; sleep 987' })
    const child = spawn(program, args)
    let stdout = ''
    const ended = new Promise((resolve) => child.on('close', resolve))
    child.stdout.on('data', (bytes: Buffer) => {
      if (stdout === '') expect(run(endText(mark))).toMatchObject({ status: 0, stderr: '' })
      stdout += bytes.toString()
    })
    expect(await ended).toBe(0)
    expect(endOfText(stdout, mark)).toEqual({ code: 143, timedOut: false })
    expect(run(['pgrep', '-f', 'sleep 987']).stdout).toBe('')
    expect(existsSync(`/run/dm-panel.${mark}`)).toBe(false)
  })
})
