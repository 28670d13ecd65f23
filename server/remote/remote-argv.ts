import type { Login } from '@/server/domain/plan'
import type { Command } from './transport'

/** How long a command may outlive its deadline before the host itself ends it. */
const graceS = 2
const killAfterS = 5

/** A command as it goes over the wire, before quoting. `passwordFirst`: the login's password is the first line of stdin. */
export type RemoteArgv = { argv: readonly string[]; passwordFirst: boolean }

/**
 * Wraps a command for its user and deadline: `[sudo … --] timeout -k 5 SECONDS [runuser -u USER --] ARGV`.
 * `timeout` runs on the host, inside sudo: sshd may not signal what sudo started, and a command whose link was lost must end as well.
 * With a sudo password the command gets an empty stdin, so that a sudo which did not ask can't hand the password on.
 */
export const remoteArgv = (command: Command, login: Login): RemoteArgv => {
  const user = typeof command.as === 'object' ? ['runuser', '-u', command.as.user, '--'] : []
  const bounded = ['timeout', '-k', String(killAfterS), String(Math.ceil(command.deadlineMs / 1000) + graceS), ...user, ...command.argv]
  if (command.as === 'login' || login.sudo === 'root') return { argv: bounded, passwordFirst: false }
  if (login.sudo === 'nopasswd') return { argv: ['sudo', '-n', '-H', '--', ...bounded], passwordFirst: false }
  if (command.stdin !== undefined) throw new TypeError('no stdin beside a sudo password: put a file instead')
  const silent = ['/bin/sh', '-c', 'exec "$@" </dev/null', 'sh', ...bounded]
  return { argv: ['sudo', '-S', '-p', '', '-H', '--', ...silent], passwordFirst: true }
}
