import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, readSync, rmSync } from 'node:fs'
import type { MachineState, SimNode, SimUnit } from './state'

/** Files up to this size keep their content. */
const keptBytes = 512 * 1024

export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/'

export const hashText = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')

/** A fresh host: root (`root-pass`), admin who may sudo with a password (`admin-pass`), sshd, systemd. */
export const newMachine = (name: string, address: string, ids: { bootId: string; bootedMs: number }): MachineState => {
  const state: MachineState = {
    name,
    address,
    arch: 'x86_64',
    ...ids,
    users: {
      root: { uid: 0, group: 'root', home: '/root', shell: '/bin/bash', password: 'root-pass' },
      admin: { uid: 1000, group: 'admin', home: '/home/admin', shell: '/bin/bash', password: 'admin-pass' },
    },
    groups: { root: 0, admin: 1000 },
    nodes: {},
    units: {},
    nextPid: 400,
  }
  const machine = new SimMachine(state, () => [])
  for (const path of [
    '/',
    '/etc',
    '/etc/ssh',
    '/etc/sudoers.d',
    '/etc/systemd',
    '/etc/systemd/system',
    '/home',
    '/root',
    '/tmp',
    '/var',
    '/var/lib',
  ])
    machine.makeDir(path, 'root', 'root', path === '/tmp' ? '1777' : '0755')
  machine.makeDir('/home/admin', 'admin', 'admin', '0755')
  machine.writeFile('/etc/ssh/sshd_config', 'AuthorizedKeysFile .ssh/authorized_keys\n', { owner: 'root', group: 'root', mode: '0644' })
  return state
}

type Ownership = { owner: string; group: string; mode: string; version?: string }

/** The disk, accounts and faults of one simulated host, over its plain state. */
export class SimMachine {
  constructor(
    readonly state: MachineState,
    private readonly faultLines: () => readonly string[],
  ) {}

  /** Faults by address (`.66`: disk full; `.67`: no DM unit stays up) or by lines of the host's fault file. */
  hasFault(fault: string): boolean {
    if (fault === 'disk-full' && this.state.address.endsWith('.66')) return true
    if (fault.startsWith('fail-start dm-') && this.state.address.endsWith('.67')) return true
    return this.faultLines().includes(fault)
  }

  node(path: string): SimNode | undefined {
    return this.state.nodes[path]
  }

  isDir(path: string): boolean {
    return this.node(path)?.type === 'dir'
  }

  makeDir(path: string, owner: string, group: string, mode: string): void {
    this.state.nodes[path] = { type: 'dir', mode, owner, group, size: 4096, sha256: '' }
  }

  /** Missing levels too; the new ones, outermost first. */
  makeDirs(path: string, owner: string, group: string, mode: string): string[] {
    if (this.node(path)) return []
    const above = this.makeDirs(parentOf(path), owner, group, mode)
    this.makeDir(path, owner, group, mode)
    return [...above, path]
  }

  writeFile(path: string, content: string | Buffer, own: Ownership): void {
    const bytes = Buffer.from(content)
    this.state.nodes[path] = {
      type: 'file',
      ...own,
      size: bytes.length,
      sha256: hashText(bytes),
      ...(bytes.length <= keptBytes ? { content: bytes.toString('base64') } : {}),
    }
  }

  text(path: string): string | undefined {
    const node = this.node(path)
    return node?.content === undefined ? undefined : Buffer.from(node.content, 'base64').toString('utf8')
  }

  /** Reads an upload's bytes, keeps what is small, and forgets where they lay when `done`. */
  absorb(path: string, done: boolean): SimNode | undefined {
    const node = this.node(path)
    if (!node?.spool) return node
    const { sha256, size, content } = readSpool(node.spool)
    if (done) {
      rmSync(node.spool, { force: true })
      delete node.spool
    }
    Object.assign(node, { sha256, size, ...(content ? { content } : {}) })
    return node
  }

  move(from: string, to: string): void {
    const moved = Object.keys(this.state.nodes).filter((path) => path === from || path.startsWith(`${from}/`))
    for (const path of moved) {
      const node = this.state.nodes[path]
      delete this.state.nodes[path]
      if (node) this.state.nodes[to + path.slice(from.length)] = node
    }
  }

  remove(path: string): void {
    for (const one of Object.keys(this.state.nodes)) {
      if (one !== path && !one.startsWith(`${path}/`)) continue
      const spool = this.state.nodes[one]?.spool
      if (spool) rmSync(spool, { force: true })
      delete this.state.nodes[one]
    }
  }

  isEmpty(path: string): boolean {
    const prefix = path === '/' ? '/' : `${path}/`
    return !Object.keys(this.state.nodes).some((one) => one !== path && one.startsWith(prefix))
  }

  unit(name: string): SimUnit | undefined {
    return this.state.units[name]
  }

  keysFile(user: string): string {
    return `${this.state.users[user]?.home ?? '/nonexistent'}/.ssh/authorized_keys`
  }

  /** How a user gets root: being it, by a NOPASSWD line of its sudoers file, by its password, or not. */
  sudoOf(user: string): 'root' | 'nopasswd' | 'password' | 'none' {
    if (user === 'root') return 'root'
    if (this.text(`/etc/sudoers.d/${user}`)?.includes('NOPASSWD')) return 'nopasswd'
    return user === 'admin' ? 'password' : 'none'
  }

  /** Ports with the unit and pid behind each; 22 is sshd's. */
  listeners(): { port: number; pid: number; process: string; unit: string }[] {
    const ours = Object.entries(this.state.units).flatMap(([unit, one]) =>
      one.active === 'active' && one.process
        ? one.process.ports.map((port) => ({ port, pid: one.pid, process: one.process?.component ?? '', unit }))
        : [],
    )
    return [{ port: 22, pid: 300, process: 'sshd', unit: 'ssh.service' }, ...ours]
  }
}

const readSpool = (spool: string): { sha256: string; size: number; content?: string } => {
  const hash = createHash('sha256')
  const file = openSync(spool, 'r')
  try {
    const chunk = Buffer.alloc(4 * 1024 * 1024)
    let size = 0
    for (let got = readSync(file, chunk); got > 0; got = readSync(file, chunk)) {
      hash.update(chunk.subarray(0, got))
      size += got
    }
    const content = size <= keptBytes ? { content: readFileSync(spool).toString('base64') } : {}
    return { sha256: hash.digest('hex'), size, ...content }
  } finally {
    closeSync(file)
  }
}
