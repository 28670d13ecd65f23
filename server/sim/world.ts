import { type DmTiming, recordedTiming, SimDm } from './dm-cluster'
import { masterHttp, otherHttp } from './dm-http'
import type { HttpAnswer, HttpAsk } from './http-ask'
import { newMachine, SimMachine } from './machine'
import { runArgv } from './run-argv'
import { monitorBody } from './sim-monitors'
import type { Outcome, SimProcess, WorldState } from './state'
import { SimSystemd } from './systemd'

export type Caller = { user: string; sudoUser?: string; stdin?: string }

export type WorldOptions = {
  now: () => number
  /** Lines of an address's fault file. */
  faultsOf?: (address: string) => readonly string[]
  /** Called after whatever may have changed the state. */
  onChange?: () => void
  /** Of DM; as recorded where nothing is said. */
  timing?: Partial<DmTiming>
}

export type SimHost = { machine: SimMachine; systemd: SimSystemd }

/** Several simulated hosts, one network, and the DM clusters that their units form. All in memory, over plain state. */
export class SimWorld {
  readonly hosts: SimHost[]
  readonly dm: SimDm

  constructor(
    readonly state: WorldState,
    readonly options: WorldOptions,
  ) {
    this.hosts = state.machines.map((machineState) => {
      const machine = new SimMachine(machineState, () => options.faultsOf?.(machineState.address) ?? [])
      return { machine, systemd: new SimSystemd(machine, options.now) }
    })
    this.dm = new SimDm(() => this.hosts, state.clusters, options.now, { ...recordedTiming, ...options.timing })
  }

  /** A world of fresh hosts. */
  static fresh(addresses: readonly string[], options: WorldOptions): SimWorld {
    const bootedMs = options.now() - 86_400_000
    const machines = addresses.map((address, index) => {
      const bootId = `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`
      return newMachine(`sim-${index + 1}`, address, { bootId, bootedMs })
    })
    return new SimWorld({ format: 1, machines, clusters: [] }, options)
  }

  host(address: string): SimHost | undefined {
    return this.hosts.find((one) => one.machine.state.address === address)
  }

  /** Runs an argv on a host as a user; what the host does not know ends with 127. */
  exec(address: string, argv: readonly string[], caller: Caller): Outcome {
    const host = this.host(address)
    if (!host) throw new Error(`no simulated host ${address}`)
    this.dm.settle()
    const outcome = runArgv({ world: this, ...host, ...caller, sudoUser: caller.sudoUser }, argv)
    this.dm.settle()
    this.options.onChange?.()
    return outcome
  }

  /** HTTP to a port of a host, as any other host would see it. */
  http(address: string, port: number, ask: HttpAsk): HttpAnswer {
    this.dm.settle()
    if (this.isCutOff(address)) return 'silent'
    const process = this.listening(address, port)
    if (!process) return 'refused'
    const said = monitorBody(this, { address, process, path: ask.path })
    const other = (): HttpAnswer => (said === undefined ? otherHttp(process, ask) : { status: 200, body: said, type: 'application/json' })
    const answer = process.component === 'dm-master' ? masterHttp(this.dm, process, ask) : other()
    this.dm.settle()
    this.options.onChange?.()
    return answer
  }

  reach(address: string, port: number): 'open' | 'refused' | 'silent' {
    const host = this.host(address)
    if (!host || this.isCutOff(address)) return 'silent'
    return host.machine.listeners().some((one) => one.port === port) ? 'open' : 'refused'
  }

  private isCutOff(address: string): boolean {
    return this.host(address)?.machine.hasFault('silent') ?? false
  }

  /** A unit's process dies by itself. */
  kill(address: string, unit: string, status: number): void {
    this.host(address)?.systemd.exit(unit, status)
    this.dm.settle()
    this.options.onChange?.()
  }

  /** The host starts again: units that are enabled run, others do not. */
  reboot(address: string, bootId: string): void {
    const host = this.host(address)
    if (!host) return
    const { state } = host.machine
    Object.assign(state, { bootId, bootedMs: this.options.now() })
    for (const [name, unit] of Object.entries(state.units)) {
      host.systemd.stop(name)
      unit.enteredUs = 0
      if (unit.enabled) host.systemd.start(name)
    }
    this.options.onChange?.()
  }

  private listening(address: string, port: number): SimProcess | undefined {
    const units = Object.values(this.host(address)?.machine.state.units ?? {})
    const process = units.find((one) => one.active === 'active' && one.process?.ports.includes(port))?.process
    // A worker opens its port only after a leader has registered it (recorded b2).
    return process?.component === 'dm-worker' && !process.settled ? undefined : process
  }
}
