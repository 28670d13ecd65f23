import { z } from 'zod'

/** Who holds the connections to hosts: the panel itself, or the SSH client of its machine (`tiup dm --ssh=system`). */
export const sshClients = ['builtin', 'system'] as const
export type SshClient = (typeof sshClients)[number]

export const isSshClient = (text: string): text is SshClient => sshClients.some((one) => one === text)

/** How one operation reaches the hosts; what is left out is the cluster's setting. Seconds, as `--ssh-timeout`. */
export const reachInput = z.object({
  sshClient: z.enum(sshClients).optional(),
  connectTimeoutS: z.number().int().min(1).max(3600).optional(),
})
export type ReachInput = z.infer<typeof reachInput>

/** How hosts are to be reached; what is not said is the panel's default. Timeout of the TCP connection, in seconds (`--ssh-timeout`). */
export type Reach = { connectTimeoutS?: number | null | undefined; sshClient?: SshClient | null | undefined }

/** As tiup takes it. */
export const reachFlags = ({ connectTimeoutS, sshClient }: Reach): string =>
  `${sshClient ? ` --ssh=${sshClient}` : ''}${connectTimeoutS ? ` --ssh-timeout=${connectTimeoutS}` : ''}`

/**
 * An operation's choice goes before the cluster's setting, and that before the topology's `ssh_type`. undefined: the panel's own
 * default, which `TIUP_NATIVE_SSH` makes `system`.
 */
export const reachOf = (asked: Reach, cluster: Reach, sshType: string): { connectTimeoutS?: number; sshClient?: SshClient } => {
  const connectTimeoutS = asked.connectTimeoutS ?? cluster.connectTimeoutS
  const sshClient = asked.sshClient ?? cluster.sshClient ?? (sshType === 'system' ? 'system' : undefined)
  return { ...(connectTimeoutS ? { connectTimeoutS } : {}), ...(sshClient ? { sshClient } : {}) }
}
