import { randomUUID } from 'node:crypto'
import { closeSync, ftruncateSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import ssh2, { type SFTPWrapper } from 'ssh2'
import { parentOf, type SimMachine } from './machine'

const { STATUS_CODE, OPEN_MODE } = ssh2.utils.sftp

type Open = { path: string; file: number; spool: string }
type Session = { machine: SimMachine; user: string; spoolDir: string; onChange(): void }

/** A user's files over SFTP: open, read, write, stat, rename, remove. Bytes go to a spool file on the simulator's own disk. */
export const serveSftp = (sftp: SFTPWrapper, session: Session): void => {
  const { machine, user } = session
  const open = new Map<number, Open>()
  let next = 0
  const openOf = (handle: Buffer): Open | undefined => (handle.length === 4 ? open.get(handle.readUInt32BE(0)) : undefined)
  sftp.on('OPEN', (id, path, flags) => {
    const writes = (flags & OPEN_MODE.WRITE) !== 0
    const node = machine.node(path)
    if (!node && (!writes || (flags & OPEN_MODE.CREAT) === 0)) return sftp.status(id, STATUS_CODE.NO_SUCH_FILE)
    if (!machine.isDir(parentOf(path))) return sftp.status(id, STATUS_CODE.NO_SUCH_FILE)
    if (node?.type === 'dir' || (writes && !mayWrite(machine, user, path))) return sftp.status(id, STATUS_CODE.PERMISSION_DENIED)
    const spool = spoolOf(session, path)
    const file = openSync(spool, 'r+')
    if ((flags & OPEN_MODE.TRUNC) !== 0) ftruncateSync(file)
    const handle = Buffer.alloc(4)
    handle.writeUInt32BE(next)
    open.set(next, { path, file, spool })
    next += 1
    sftp.handle(id, handle)
  })
  sftp.on('WRITE', (id, handle, offset, data) => {
    const one = openOf(handle)
    const node = one && machine.node(one.path)
    if (!one || !node) return sftp.status(id, STATUS_CODE.FAILURE)
    if (machine.hasFault('disk-full') && offset + data.length > 64 * 1024)
      return sftp.status(id, STATUS_CODE.FAILURE, 'No space left on device')
    writeSync(one.file, data, 0, data.length, offset)
    node.size = Math.max(node.size, offset + data.length)
    sftp.status(id, STATUS_CODE.OK)
  })
  sftp.on('READ', (id, handle, offset, length) => {
    const one = openOf(handle)
    if (!one) return sftp.status(id, STATUS_CODE.FAILURE)
    const bytes = Buffer.alloc(Math.min(length, 256 * 1024))
    const got = readSync(one.file, bytes, 0, bytes.length, offset)
    if (got === 0) return sftp.status(id, STATUS_CODE.EOF)
    sftp.data(id, bytes.subarray(0, got))
  })
  sftp.on('CLOSE', (id, handle) => {
    const one = openOf(handle)
    if (one) closeSync(one.file)
    open.delete(handle.readUInt32BE(0))
    session.onChange()
    sftp.status(id, one ? STATUS_CODE.OK : STATUS_CODE.FAILURE)
  })
  // A link that was cut in mid-upload leaves its handle behind.
  sftp.on('end', () => {
    for (const one of open.values()) closeSync(one.file)
    open.clear()
    session.onChange()
  })
  serveNames(sftp, session, (handle) => openOf(handle)?.path)
}

const serveNames = (sftp: SFTPWrapper, session: Session, pathOf: (handle: Buffer) => string | undefined): void => {
  const { machine, user } = session
  const stat = (id: number, path: string) => {
    const node = machine.node(path)
    if (!node) return sftp.status(id, STATUS_CODE.NO_SUCH_FILE)
    const type = node.type === 'dir' ? 0o040000 : 0o100000
    sftp.attrs(id, {
      mode: type | Number.parseInt(node.mode, 8),
      uid: machine.state.users[node.owner]?.uid ?? 0,
      gid: 0,
      size: node.size,
      atime: 0,
      mtime: 0,
    })
  }
  sftp.on('STAT', stat)
  sftp.on('LSTAT', stat)
  sftp.on('FSTAT', (id, handle) => {
    const path = pathOf(handle)
    if (path !== undefined) stat(id, path)
    else sftp.status(id, STATUS_CODE.FAILURE)
  })
  const setMode = (id: number, path: string, mode: number | undefined) => {
    const node = machine.node(path)
    if (!node) return sftp.status(id, STATUS_CODE.NO_SUCH_FILE)
    if (!mayWrite(machine, user, path)) return sftp.status(id, STATUS_CODE.PERMISSION_DENIED)
    if (mode !== undefined) node.mode = (mode & 0o7777).toString(8).padStart(4, '0')
    sftp.status(id, STATUS_CODE.OK)
  }
  sftp.on('SETSTAT', (id, path, attrs) => setMode(id, path, attrs.mode))
  sftp.on('FSETSTAT', (id, handle, attrs) => setMode(id, pathOf(handle) ?? '', attrs.mode))
  sftp.on('REMOVE', (id, path) => {
    if (!machine.node(path)) return sftp.status(id, STATUS_CODE.NO_SUCH_FILE)
    if (!mayWrite(machine, user, path)) return sftp.status(id, STATUS_CODE.PERMISSION_DENIED)
    machine.remove(path)
    session.onChange()
    sftp.status(id, STATUS_CODE.OK)
  })
  sftp.on('REALPATH', (id, path) => {
    const home = machine.state.users[user]?.home ?? '/'
    const full = path === '.' ? home : path
    sftp.name(id, [{ filename: full, longname: full, attrs: { mode: 0o040755, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 } }])
  })
}

/** Root everywhere; others where the file, or else its folder, is theirs or everybody's. */
const mayWrite = (machine: SimMachine, user: string, path: string): boolean => {
  if (user === 'root') return true
  const at = machine.node(path) ?? machine.node(parentOf(path))
  return at !== undefined && (at.owner === user || (Number.parseInt(at.mode, 8) & 0o002) !== 0)
}

/** The spool of a file; a small file that is there already is laid into it first. */
const spoolOf = ({ machine, user, spoolDir }: Session, path: string): string => {
  const before = machine.node(path)
  if (before?.spool) return before.spool
  const spool = join(spoolDir, randomUUID())
  const content = Buffer.from(before?.content ?? '', 'base64')
  writeFileSync(spool, content)
  const group = machine.state.users[user]?.group ?? user
  const { content: _, ...kept } = before ?? { type: 'file' as const, mode: '0644', owner: user, group, size: 0, sha256: '' }
  machine.state.nodes[path] = { ...kept, size: content.length, spool }
  return spool
}
