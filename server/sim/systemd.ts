import { refusesConfig } from './dm-config'
import type { SimMachine } from './machine'
import type { SimProcess, SimUnit } from './state'

/** As the units that TiUP writes say: `RestartSec=15s`. */
const restartAfterMs = 15_000

const unitPath = (unit: string): string => `/etc/systemd/system/${unit}`

const blank: SimUnit = {
  loaded: '',
  enabled: false,
  active: 'inactive',
  sub: 'dead',
  result: 'success',
  exitStatus: 0,
  pid: 0,
  nRestarts: 0,
  enteredUs: 0,
  enteredMs: 0,
  retryAtMs: 0,
}

/** systemd of one simulated host. A started unit lives by what its run script on the simulated disk says. */
export class SimSystemd {
  constructor(
    private readonly machine: SimMachine,
    private readonly now: () => number,
  ) {}

  daemonReload(): void {
    const { state } = this.machine
    for (const path of Object.keys(state.nodes)) {
      const name = /^\/etc\/systemd\/system\/([^/]+\.service)$/.exec(path)?.[1]
      if (name) state.units[name] = { ...(state.units[name] ?? blank), loaded: this.machine.text(path) ?? '' }
    }
    for (const [name, unit] of Object.entries(state.units)) {
      if (this.machine.node(unitPath(name))) continue
      unit.loaded = ''
      if (unit.active === 'inactive') delete state.units[name]
    }
  }

  /** '' when it began; else what systemctl would say. */
  start(name: string): string {
    const unit = this.known(name)
    if (!unit) return `Failed to start ${name}: Unit ${name} not found.`
    if (unit.active === 'active') return ''
    unit.nRestarts = 0
    this.launch(name, unit)
    return ''
  }

  restart(name: string): string {
    if (this.machine.unit(name)) this.stop(name)
    return this.start(name)
  }

  stop(name: string): string {
    const unit = this.machine.unit(name)
    if (!unit) return `Failed to stop ${name}: Unit ${name} not loaded.`
    Object.assign(unit, { active: 'inactive', sub: 'dead', result: 'success', pid: 0, retryAtMs: 0 })
    delete unit.process
    return ''
  }

  enable(name: string, enabled: boolean): string {
    if (!this.machine.node(unitPath(name))) return `Failed: Unit file ${name} does not exist.`
    this.daemonReload()
    const unit = this.machine.unit(name)
    if (unit) unit.enabled = enabled
    return ''
  }

  /** The process ends by itself; systemd will start it again. */
  exit(name: string, status: number): void {
    const unit = this.machine.unit(name)
    if (!unit) return
    Object.assign(unit, {
      active: 'activating',
      sub: 'auto-restart',
      result: 'exit-code',
      exitStatus: status,
      pid: 0,
      retryAtMs: this.now() + restartAfterMs,
    })
    delete unit.process
  }

  retryDue(): void {
    for (const [name, unit] of Object.entries(this.machine.state.units)) {
      if (unit.active === 'active' && this.hasFault('crash', name)) this.exit(name, 2)
      if (unit.sub !== 'auto-restart' || unit.retryAtMs > this.now()) continue
      unit.nRestarts += 1
      this.launch(name, unit)
    }
  }

  /** Lines of `systemctl show` for the given properties. */
  show(name: string, wanted: readonly string[]): string {
    const unit = this.machine.unit(name)
    const text = this.machine.text(unitPath(name))
    const known = unit !== undefined || text !== undefined
    const one = unit ?? blank
    const values: Record<string, string | number> = {
      LoadState: known && (text !== undefined || one.loaded !== '') ? 'loaded' : 'not-found',
      ActiveState: one.active,
      SubState: one.sub,
      Result: one.result,
      UnitFileState: text === undefined ? '' : one.enabled ? 'enabled' : 'disabled',
      ExecMainStatus: one.exitStatus,
      MainPID: one.pid,
      NRestarts: one.nRestarts,
      ActiveEnterTimestamp: one.enteredMs ? new Date(one.enteredMs).toUTCString() : '',
      ActiveEnterTimestampMonotonic: one.enteredUs,
      NeedDaemonReload: unit && unit.loaded !== (text ?? '') ? 'yes' : 'no',
    }
    return wanted.map((property) => `${property}=${values[property] ?? ''}\n`).join('')
  }

  private hasFault(fault: 'fail-start' | 'crash', unit: string): boolean {
    return this.machine.hasFault(`${fault} ${unit.replace(/\.service$/, '')}`)
  }

  private known(name: string): SimUnit | undefined {
    if (!this.machine.unit(name) && this.machine.node(unitPath(name))) this.daemonReload()
    const unit = this.machine.unit(name)
    return unit?.loaded ? unit : undefined
  }

  private launch(name: string, unit: SimUnit): void {
    const { state } = this.machine
    unit.enteredMs = this.now()
    unit.enteredUs = Math.max(unit.enteredUs + 1, Math.round((this.now() - state.bootedMs) * 1000))
    state.nextPid += 1
    const process = this.processOf(name, unit.loaded)
    const status = typeof process === 'number' ? process : this.statusAtStart(name, process)
    if (typeof process === 'number' || status !== 0) {
      this.exit(name, status)
      return
    }
    Object.assign(unit, { active: 'active', sub: 'running', result: 'success', exitStatus: 0, pid: state.nextPid, retryAtMs: 0, process })
  }

  /** The exit status of a program that can't live, 0 for one that can. */
  private statusAtStart(name: string, process: SimProcess): number {
    if (this.hasFault('fail-start', name) || this.hasFault('crash', name)) return 2
    if (refusesConfig(this.machine, process)) return 1
    const taken = new Set(this.machine.listeners().map((one) => one.port))
    return process.ports.some((port) => taken.has(port)) ? 2 : 0
  }

  /** What a unit would run, or the status with which its shell would end. */
  private processOf(name: string, unitText: string): SimProcess | number {
    const [, component = '', port = ''] = /^(.+)-(\d+)\.service$/.exec(name) ?? []
    const scriptPath = /^ExecStart=.*?(\/[^\s'"]*\.sh)/m.exec(unitText)?.[1] ?? ''
    const script = this.machine.text(scriptPath)
    if (script === undefined) return 127
    const folder = /^DEPLOY_DIR=["']?([^"'\n]*)/m.exec(script)?.[1] ?? parentOfScripts(scriptPath)
    const named = [...script.replace(/^#.*$/gm, '').matchAll(programPaths)].map((m) => m[1] ?? '')
    const paths = named.map((one) => (one.startsWith('/') ? one : `${folder}/${one}`))
    // A script may also look for a program that is optional.
    const path = paths.find((one) => this.machine.node(one)?.type === 'file') ?? paths[0] ?? ''
    const node = this.machine.node(path)
    if (!node) return 127
    if ((Number.parseInt(node.mode, 8) & 0o111) === 0) return 126
    const flags = flagsOf(script)
    const ports = portFlags.flatMap((flag) => portsOf(flags[flag]))
    return {
      component,
      program: path,
      flags,
      ports: ports.length > 0 ? ports : [Number(port)],
      version: node.version ?? '',
      settled: false,
      startedMs: this.now(),
      exeSha256: node.sha256,
    }
  }
}

const programPaths = /(?:^|[\s;"=])(bin\/[^\s"'\\;]+|\/[^\s"'\\;]*\/bin\/[^\s"'\\;]+)/gm

const portFlags = ['master-addr', 'peer-urls', 'worker-addr', 'web.listen-address', 'cluster.listen-address']

const parentOfScripts = (scriptPath: string): string => scriptPath.replace(/\/scripts\/[^/]*$/, '')

const portsOf = (address: string | undefined): number[] => {
  const port = /:(\d+)\/?$/.exec(address ?? '')?.[1]
  return port ? [Number(port)] : []
}

/** `--name="value"` and `--name=value` of a run script. */
const flagsOf = (script: string): Record<string, string> =>
  Object.fromEntries(
    [...script.matchAll(/--([\w.-]+)=(?:"([^"]*)"|'([^']*)'|([^\s\\]*))/g)].map((m) => [m[1] ?? '', m[2] ?? m[3] ?? m[4] ?? '']),
  )
