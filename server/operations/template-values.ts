import type { Instance } from '@/server/domain/instance'

/**
 * Values that a command may name, by TiUP's names: fields of its Go specs, as `tiup dm exec` fills them by Go templates (tiup 842f05c).
 * Only plain fields and quoted texts; `{{"{{"}}` is how two braces are written.
 */
const valuesOf = (one: Instance): Readonly<Record<string, string>> => {
  const [main, second] = one.ports
  const master = one.component === 'dm-master'
  const alert = one.component === 'alertmanager'
  return {
    Host: one.host,
    ManageHost: one.hostId,
    SSHPort: String(one.sshPort),
    DeployDir: one.deployDir,
    LogDir: one.logDir,
    ...(one.dataDir === '' ? {} : { DataDir: one.dataDir }),
    ...(one.name === '' ? {} : { Name: one.name }),
    ...(alert ? { WebPort: String(main) } : { Port: String(main) }),
    ...(master && second !== undefined ? { PeerPort: String(second) } : {}),
    ...(alert && second !== undefined ? { ClusterPort: String(second) } : {}),
    Arch: one.arch,
    OS: one.os,
  }
}

export type Filled = { text: string } | { unknown: string; known: string } | { wrong: string }

/** A text with its values for one instance; or the first thing in it that can't be filled. TiUP leaves such an instance out silently. */
export const fillTemplate = (text: string, one: Instance): Filled => {
  const values = valuesOf(one)
  let filled = ''
  for (let from = 0; ; ) {
    const at = text.indexOf('{{', from)
    if (at < 0) return { text: filled + text.slice(from) }
    const [whole, field, quoted, raw] = /^\{\{\s*(?:\.(\w+)|"([^"\\]*)"|`([^`]*)`)\s*\}\}/.exec(text.slice(at)) ?? []
    if (whole === undefined) return { wrong: /^.*?\}\}|^.{1,40}/s.exec(text.slice(at))?.[0] ?? '' }
    const value = field === undefined ? (quoted ?? raw) : values[field]
    if (value === undefined) return { unknown: `.${field}`, known: knownOf(values, one) }
    filled += text.slice(from, at) + value
    from = at + whole.length
  }
}

const knownOf = (values: Readonly<Record<string, string>>, one: Instance): string =>
  `${Object.keys(values)
    .map((name) => `.${name}`)
    .join(' ')} (${one.component})`
