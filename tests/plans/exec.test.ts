import { describe, expect, it } from 'vitest'
import { stepsOf } from '@/server/domain/plan'
import { instancesOf } from '@/server/domain/topology/instances'
import { exec } from '@/server/operations/exec'
import type { OperationInput } from '@/server/operations/input'
import { fillTemplate } from '@/server/operations/template-values'
import { expectGolden } from './plan-text'
import { fresh, later, running, three, topologyOf } from './world'

const asked = (command: string, more: Partial<NonNullable<OperationInput['exec']>> = {}) => ({
  exec: { command, sudo: false, timeoutS: 120, atOnce: 5, ...more },
})
const two = topologyOf(`global: {user: tidb, deploy_dir: /dm/deploy, data_dir: /dm/data}
master_servers: [{host: 10.0.0.1, ssh_port: 2200}]
worker_servers: [{host: 10.0.0.1}, {host: 10.0.0.2, name: w2}]
alertmanager_servers: [{host: 10.0.0.2}]
`)
const planned = (command: string, more: Partial<OperationInput> = {}) =>
  exec.plan(two, running(two), later(two, { ...asked(command), ...more })).plan
const commands = (command: string, more: Partial<OperationInput> = {}) =>
  stepsOf(planned(command, more)).flatMap((step) => (step.kind === 'command' ? [`${step.host} ${step.command}`] : []))

describe('exec', () => {
  it('once per host, with the values of its first selected instance', () => {
    expectGolden('exec/all-hosts', exec.plan(three, running(three), later(three, asked('tail -n 3 {{ .LogDir }}/*.log'))).plan)
    const long = asked("df -h {{ .DataDir }} && echo 'it''s'", { sudo: true, timeoutS: 7200, atOnce: 2 })
    expectGolden('exec/workers-as-root', exec.plan(three, running(three), later(three, { ...long, roles: ['dm-worker'] })).plan)
  })

  it('role ∩ node; a host has the values of an instance that was selected there', () => {
    expect(commands('echo {{ .Port }}')).toEqual(['10.0.0.1 echo 8261', '10.0.0.2 echo 8262'])
    expect(commands('echo {{ .Port }}', { roles: ['dm-worker'] })).toEqual(['10.0.0.1 echo 8262', '10.0.0.2 echo 8262'])
    expect(commands('echo {{ .Port }}', { roles: ['dm-worker'], nodes: ['10.0.0.1:8262'] })).toEqual(['10.0.0.1 echo 8262'])
    expect(planned('true', { nodes: ['10.0.0.1:8262'] }).tiupCommand).toBe("tiup dm exec dm1 -N 10.0.0.1 --command 'true'")
  })

  it('says every problem at once, with the place where it is', () => {
    const codes = (command: string, more: Partial<OperationInput> = {}) => {
      const problems = exec.validate(two, fresh(two), later(two, { ...asked(command), ...more }))
      return problems.map(({ code, severity, params }) => `${severity} ${code} ${params.name ?? params.piece ?? params.node ?? ''}`.trim())
    }
    expect(codes('  ')).toEqual(['error exec.empty'])
    expect(codes('echo {{ .PeerPort }}')).toEqual(['error exec.template-unknown .PeerPort'])
    expect(codes('echo {{ .Nope }} {{ if .Port }}')).toEqual(['error exec.template-unknown .Nope', 'error exec.template-unknown .Nope'])
    expect(codes('echo {{ if .Port }}')).toEqual(['error exec.template-wrong {{ if .Port }}', 'error exec.template-wrong {{ if .Port }}'])
    expect(codes('echo {{ .Port', { nodes: ['10.0.0.9:1'] })).toEqual(['error select.unknown-node 10.0.0.9:1'])
    expect(codes('true', asked('true', { sudo: true }))).toEqual(['warning exec.root'])
    expect(exec.validate(two, { hosts: {} }, later(two, asked('true'))).map(({ code }) => code)).toEqual([
      'preflight.reach',
      'preflight.reach',
    ])
  })
})

describe('template values', () => {
  const one = (id: string) => instancesOf(two).find((each) => each.id === id)
  const fill = (text: string, id: string) => {
    const instance = one(id)
    if (!instance) throw new Error(id)
    return fillTemplate(text, instance)
  }
  it('by TiUP’s names', () => {
    const all =
      '{{.Host}} {{ .ManageHost }} {{ .SSHPort }} {{ .Name }} {{ .Port }} {{ .PeerPort }} {{ .DeployDir }} {{ .DataDir }} {{ .LogDir }}'
    expect(fill(all, '10.0.0.1:8261')).toEqual({
      text: '10.0.0.1 10.0.0.1 2200 dm-10.0.0.1-8261 8261 8291 /dm/deploy/dm-master-8261 /dm/data/dm-master-8261 /dm/deploy/dm-master-8261/log',
    })
    expect(fill('{{ .WebPort }} {{ .ClusterPort }}', '10.0.0.2:9093')).toEqual({ text: '9093 9094' })
    expect(fill('{{ .Name }}', '10.0.0.2:8262')).toEqual({ text: 'w2' })
  })
  it('braces that mean nothing are written as in Go, and nothing is filled twice', () => {
    expect(fill('docker ps --format {{"{{"}}.ID}}', '10.0.0.2:8262')).toEqual({ text: 'docker ps --format {{.ID}}' })
    expect(fill('a {{`{{ .Port }}`}} b', '10.0.0.2:8262')).toEqual({ text: 'a {{ .Port }} b' })
  })
})
