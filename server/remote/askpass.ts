import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, constants, openSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'

/** What a system ssh gets of this environment: nothing of the panel's own. */
const passedOn = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'SSH_AUTH_SOCK',
  'KRB5CCNAME',
  'XDG_RUNTIME_DIR',
]

/** Of a system ssh. */
export type SshEnvironment = Readonly<Record<string, string>>

export const sshEnvironment = (): SshEnvironment =>
  Object.fromEntries(
    passedOn.flatMap((name): [string, string][] => (process.env[name] === undefined ? [] : [[name, process.env[name] ?? '']])),
  )

export type Askpass = { env: SshEnvironment; close(): void }

/** ssh may ask by `password` and, before it, by `keyboard-interactive`. */
const answers = 2

/**
 * Lets a system ssh have a password without argv, environment or disk: its askpass program reads it from a pipe in `folder`
 * (mode 0700). Only a question for a password is answered.
 */
export const offerPassword = (password: string, folder: string): Askpass => {
  if (/[\r\n]/.test(password)) throw new TypeError('the password holds a line break')
  const pipe = path.join(folder, 'password')
  const program = path.join(folder, 'askpass')
  const made = spawnSync('mkfifo', ['-m', '600', pipe])
  if (made.status !== 0) throw made.error ?? new Error(`mkfifo: ${made.stderr}`)
  // Open for both, or opening would wait for a reader.
  const fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK)
  writeSync(fd, `${password}\n`.repeat(answers))
  const script = [
    '#!/bin/sh',
    'case $1 in *[Pp]assword*) ;; *) exit 1 ;; esac',
    'IFS= read -r line <"$DM_PANEL_ASKPASS" || exit 1',
    `printf '%s\\n' "$line"`,
    '',
  ]
  writeFileSync(program, script.join('\n'))
  chmodSync(program, 0o700)
  return {
    // Older clients ask by it only with a display and without a terminal.
    env: { SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: process.env.DISPLAY ?? ':0', DM_PANEL_ASKPASS: pipe },
    close: () => closeSync(fd),
  }
}
