import { execFileSync, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { scanHostKeys } from '@/server/remote/scan-host-keys'
import { createTransport } from '@/server/remote/ssh-transport'
import { freePort } from './sim-site'

const megabytes = 200

/** An upload, hashed on the host, against `scp` of the same file to the same sshd on loopback; left out where there is no sshd. */
export const benchUpload = async (): Promise<void> => {
  const sshd = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path))
  if (!sshd) return console.log('upload: no sshd on this machine, left out')
  const dir = mkdtempSync(join(tmpdir(), 'dm-panel-bench-'))
  const file = (name: string): string => join(dir, name)
  for (const key of ['host', 'user']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(key)])
  const port = await freePort()
  writeFileSync(file('keys'), readFileSync(file('user.pub')), { mode: 0o600 })
  const options = [
    `AuthorizedKeysFile=${file('keys')}`,
    'StrictModes=no',
    'UsePAM=no',
    'Subsystem=sftp internal-sftp',
    `PidFile=${file('pid')}`,
    'ListenAddress=127.0.0.1',
  ]
  const child = spawn(sshd, ['-D', '-f', '/dev/null', '-p', String(port), '-h', file('host'), ...options.flatMap((one) => ['-o', one])], {
    stdio: 'ignore',
  })
  try {
    const bytes = randomBytes(megabytes * 1024 * 1024)
    writeFileSync(file('from'), bytes)
    const source = {
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      open: (start: number) => createReadStream(file('from'), { start }),
    }
    await new Promise((resolve) => setTimeout(resolve, 500))
    const keys = await scanHostKeys('127.0.0.1', port, 5000)
    const transport = createTransport({
      secretOf: async () => ({ privateKey: readFileSync(file('user'), 'utf8') }),
      pinnedKeys: async () => keys,
    })
    const login = { user: userInfo().username, credentialId: 'k', sudo: 'root' as const }
    const ours = await seconds(() => transport.put({ host: 'loop', address: '127.0.0.1', port, login }, source, file('to')))
    await transport.close()
    const scp = await seconds(async () => {
      const flags = [
        '-q',
        '-P',
        String(port),
        '-i',
        file('user'),
        '-o',
        'StrictHostKeyChecking=no',
        '-o',
        `UserKnownHostsFile=${file('known')}`,
      ]
      execFileSync('scp', [...flags, file('from'), `${login.user}@127.0.0.1:${file('to2')}`])
    })
    console.log(
      `upload of ${megabytes} MiB with its hash proved: ${ours.toFixed(1)} s, scp ${scp.toFixed(1)} s: ${(ours / scp).toFixed(2)} times as long`,
    )
  } finally {
    child.kill()
    rmSync(dir, { recursive: true, force: true })
  }
}

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}
