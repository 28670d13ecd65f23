import type { ComponentName } from './component'

/** `host:port` as TiUP prints it, with the main port. */
export type InstanceId = string
/** The address by which a host is reached over SSH: TiUP's `manage_host`, else `host`. */
export type HostId = string

export type Lifecycle = 'joining' | 'active' | 'leaving'

/** One component on one host:port. Every field is a pure function of the topology; nothing observed. */
export type Instance = {
  id: InstanceId
  component: ComponentName
  /** Service address, as other instances reach it. */
  host: string
  /** Where SSH goes. */
  hostId: HostId
  sshPort: number
  /** Main port first. */
  ports: readonly number[]
  /** `dm-master-8261.service`. Has no cluster name: two clusters on a host can't share ports. */
  unit: string
  deployDir: string
  /** Empty when the component keeps no data of its own there. */
  dataDir: string
  logDir: string
  /** The member's name in DM (`dm-10.0.0.1-8261`); empty for others. */
  name: string
  /** linux; amd64 or arm64; empty until detected. */
  os: string
  arch: string
  patched: boolean
  lifecycle: Lifecycle
}

/** Unit of a component on a port; same rule as tiup 842f05c, `COMPONENT-PORT.service`. */
export const unitName = (component: ComponentName, port: number): string => `${component}-${port}.service`
