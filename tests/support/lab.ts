/**
 * Real hosts for tests: tests/lab/hosts, spoken to by program. Host numbers
 * start at 1.
 */
import { execFile, execFileSync } from 'node:child_process'
import { accessSync, constants, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('../lab/hosts/hosts', import.meta.url))
const setting = (name: string, fallback: string): string => process.env[name] ?? fallback
const labName = setting('TESTBED_NAME', 'tb')
/** The hosts' network, a /24: host 1 is `.11` in it. */
export const labSubnet = setting('TESTBED_SUBNET', '10.77.0')
const stateDir = setting('TESTBED_STATE', `/var/lib/testbed/${labName}`)

export interface LabHost {
  readonly index: number
  readonly name: string
  readonly address: string
  readonly port: number
}

export interface LabResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Logins of every lab host; admin's sudo asks for admin's password. */
export const labCredentials = {
  root: { user: 'root', password: setting('TESTBED_ROOT_PASSWORD', 'root-pass') },
  admin: { user: 'admin', password: setting('TESTBED_ADMIN_PASSWORD', 'admin-pass') },
  guest: { user: 'guest', password: setting('TESTBED_GUEST_PASSWORD', 'guest-pass') },
} as const

/** The private key that root and admin accept; there once the hosts are up. */
export const labKeyFile = join(stateDir, 'id_ed25519')
export const labPrivateKey = (): string => readFileSync(labKeyFile, 'utf8')

/** Whether this machine can run the lab, and if not, why not. */
export function labAvailable(): { readonly ok: boolean; readonly why: string } {
  if (process.platform !== 'linux') return { ok: false, why: 'the lab needs Linux' }
  if (process.getuid?.() !== 0) return { ok: false, why: 'the lab needs root' }
  try {
    if (!/^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'))) return { ok: false, why: 'the lab needs Debian' }
    accessSync('/sys/fs/cgroup', constants.W_OK)
    execFileSync('sh', ['-c', 'command -v apt-get && command -v ip'], { stdio: 'ignore' })
  } catch {
    return { ok: false, why: 'the lab needs apt-get, ip and a writable cgroup tree' }
  }
  return { ok: true, why: '' }
}

function call(args: readonly string[]): Promise<LabResult> {
  return new Promise((resolve) => {
    execFile(script, args, { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ code, stdout, stderr })
    })
  })
}

async function must(...args: string[]): Promise<string> {
  const result = await call(args)
  if (result.code !== 0) throw new Error(`hosts ${args.join(' ')} ended with ${result.code}: ${result.stderr}`)
  return result.stdout
}

/** Boots hosts 1..n, those that run are left as they are. */
export async function labHosts(n: number): Promise<LabHost[]> {
  await must('up', String(n))
  return (await listHosts()).filter((host) => host.index <= n)
}

const listHosts = async (): Promise<LabHost[]> => JSON.parse(await must('list', '--json')) as LabHost[] // printed by our own script

/** How many hosts there are, on or off. */
export const countHosts = async (): Promise<number> => (await listHosts()).length

/** Removes all hosts and their network. */
export const removeHosts = (): Promise<string> => must('down')

/** Runs a command as root in a host, without its network or sshd. */
export const labExec = (i: number, argv: readonly string[]): Promise<LabResult> => call(['exec', String(i), '--', ...argv])

/** Makes the host new: same address, new disk, new SSH host keys. */
export const resetHost = (i: number): Promise<string> => must('reset', String(i))
/** Takes the host's power away, without a shutdown; the disk stays. */
export const powerCut = (i: number): Promise<string> => must('kill', String(i))
/** Boots a host that is off; resolves when its sshd answers. */
export const powerOn = (i: number): Promise<string> => must('start', String(i))
/** Unplugs the host; silently: connecting hangs instead of failing in 3 s. */
export const cut = (i: number, silently = false): Promise<string> => must('cut', ...(silently ? ['--silent'] : []), String(i))
/** Ends every fault of the host's network. */
export const heal = (i: number): Promise<string> => must('heal', String(i))

/** Boots hosts 1..n and makes those new that were there, side by side. */
export async function freshHosts(n: number): Promise<LabHost[]> {
  const used = new Set((await listHosts()).map(({ index }) => index))
  const hosts = await labHosts(n)
  await Promise.all(hosts.filter(({ index }) => used.has(index)).map(({ index }) => resetHost(index)))
  return hosts
}
