/** What tests do in a lab host itself, beside the panel. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type LabHost, labExec } from '@/tests/support/lab'
import { fetchMonitoring } from './build-packages'

/** A command as root in a host that must succeed: what it printed. */
export const on = async (host: LabHost, ...argv: string[]): Promise<string> => {
  const { code, stdout, stderr } = await labExec(host.index, argv)
  if (code !== 0) throw new Error(`${host.name}: ${argv.join(' ')} ended with ${code}: ${stderr}`)
  return stdout
}

/** Debian's alertmanager wants its own templates at their place, whatever its configuration says; TiUP's has them inside. */
export const giveAlertmanagerItsTemplates = async (host: LabHost): Promise<void> => {
  const dir = '/usr/share/prometheus/alertmanager'
  for (const name of ['default.tmpl', 'email.tmpl']) {
    const text = readFileSync(path.join(fetchMonitoring(), `root${dir}`, name), 'utf8')
    await on(host, 'sh', '-c', 'mkdir -p "$1" && printf %s "$3" > "$1/$2"', 'sh', dir, name, text)
  }
}

/** All that a deploy could leave, without what the host itself writes. */
export const listingOf = (host: LabHost): Promise<string> =>
  on(
    host,
    'bash',
    '-c',
    `find /etc /home /usr/local /opt /tmp /var/lib -xdev ${notOurs} -printf '%M %u:%g %p %l\\n' | sort; getent passwd; getent group`,
  )
const notOurs = String.raw`\( -path /var/lib/systemd -o -path /var/lib/sudo -o -path /var/lib/private -o -path '/tmp/systemd-*' -o -name '.updated' -o -name '*-' -o -name .pwd.lock \) -prune -o`
