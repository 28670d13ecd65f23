import { z } from 'zod'

/** Who holds the connections to hosts: the panel itself, or the SSH client of its machine (`tiup dm --ssh=system`). */
export const sshClients = ['builtin', 'system'] as const
export type SshClient = (typeof sshClients)[number]

export const isSshClient = (text: string): text is SshClient => sshClients.some((one) => one === text)

/** `user@host:port`; the port may be left out, an IPv6 address stands in brackets. */
const hopPattern = /^([a-z_][a-z0-9_.-]*\$?)@(?:\[([0-9a-f:.]+)\]|([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?))(?::(\d{1,5}))?$/i

const partsOf = (at: string): { user: string; address: string; port: number } | undefined => {
  const [, user = '', v6, name = '', port = '22'] = hopPattern.exec(at.trim()) ?? []
  const number = Number(port)
  return user === '' || number < 1 || number > 65535 ? undefined : { user, address: v6 ?? name, port: number }
}

export const isHopText = (at: string): boolean => partsOf(at) !== undefined

/** Jump hosts as they are typed, the first one first. Who names no credential uses that of the hop before. */
export const jumpInput = z
  .array(z.object({ at: z.string().max(300).refine(isHopText, 'must be user@host:port'), credentialId: z.string().min(1).optional() }))
  .max(5)
export type JumpInput = z.infer<typeof jumpInput>

/** A jump host as it is logged in to. */
export type Hop = { address: string; port: number; user: string; credentialId: string }

/** A hop that has no credential has an empty `credentialId`. */
export const hopsOf = (jump: JumpInput): Hop[] => {
  let credentialId = ''
  return jump.flatMap((one) => {
    credentialId = one.credentialId ?? credentialId
    const parts = partsOf(one.at)
    return parts ? [{ ...parts, credentialId }] : []
  })
}

/** How one operation reaches the hosts; what is left out is the cluster's setting. Seconds, as `--ssh-timeout`; no jump host: directly. */
export const reachInput = z.object({
  sshClient: z.enum(sshClients).optional(),
  connectTimeoutS: z.number().int().min(1).max(3600).optional(),
  jump: jumpInput.optional(),
  concurrency: z.number().int().min(1).max(64).optional(),
})
export type ReachInput = z.infer<typeof reachInput>

/** How hosts are to be reached; what is not said is the panel's default. Timeout of the TCP connection, in seconds (`--ssh-timeout`). */
export type Reach = {
  connectTimeoutS?: number | null | undefined
  sshClient?: SshClient | null | undefined
  jump?: JumpInput | null | undefined
  /** Hosts at once (`-c`), of what is neither started nor stopped; 5 by default, as TiUP's. */
  concurrency?: number | null | undefined
}

export const defaultConcurrency = 5

/** As tiup takes it; it knows one jump host, and no key of an agent there. */
export const reachFlags = ({ connectTimeoutS, sshClient, jump, concurrency }: Reach): string => {
  const [hop, second] = hopsOf(jump ?? [])
  const proxy = hop && !second ? ` --ssh-proxy-host=${hop.address} --ssh-proxy-user=${hop.user} --ssh-proxy-port=${hop.port}` : ''
  return `${sshClient ? ` --ssh=${sshClient}` : ''}${connectTimeoutS ? ` --ssh-timeout=${connectTimeoutS}` : ''}${concurrency ? ` -c ${concurrency}` : ''}${proxy}`
}

/**
 * An operation's choice goes before the cluster's setting, and that before the topology's `ssh_type`. undefined: the panel's own
 * default, which `TIUP_NATIVE_SSH` makes `system`.
 */
export const reachOf = (
  asked: Reach,
  cluster: Reach,
  sshType: string,
): { connectTimeoutS?: number; sshClient?: SshClient; jump?: JumpInput; concurrency?: number } => {
  const connectTimeoutS = asked.connectTimeoutS ?? cluster.connectTimeoutS
  const sshClient = asked.sshClient ?? cluster.sshClient ?? (sshType === 'system' ? 'system' : undefined)
  const jump = asked.jump ?? cluster.jump
  const concurrency = asked.concurrency ?? cluster.concurrency
  return {
    ...(connectTimeoutS ? { connectTimeoutS } : {}),
    ...(sshClient ? { sshClient } : {}),
    ...(jump ? { jump } : {}),
    ...(concurrency ? { concurrency } : {}),
  }
}
