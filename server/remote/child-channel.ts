import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { Duplex } from 'node:stream'

/** A child's stdin and stdout as one channel. It closes after the child's end and `ended`, when all output was read. */
export const channelOf = (child: ChildProcessWithoutNullStreams, ended: Promise<void>): Duplex => {
  const { stdin, stdout } = child
  const channel = new Duplex({
    autoDestroy: false,
    read: () => void stdout.resume(),
    write: (bytes, _encoding, done) => {
      if (stdin.destroyed) done()
      else stdin.write(bytes, () => done())
    },
    final: (done) => {
      stdin.end()
      done()
    },
    destroy: (error, done) => {
      child.kill('SIGTERM')
      done(error)
    },
  })
  // A program that has ended reads no more: no failure of ours.
  stdin.on('error', () => {})
  stdout.on('data', (bytes: Buffer) => {
    if (!channel.push(bytes)) stdout.pause()
  })
  channel.once('end', () => channel.destroy())
  void ended.then(() => channel.push(null))
  return channel
}
