/** One command of tiup on a cluster, as its own audit says. */
export type TiupDeed = {
  id: string
  /** ISO; when it ended. */
  at: string
  /** `tiup dm scale-in shop -N 10.0.0.1:8262 -y` */
  command: string
  /** null: it does not say how it ended. */
  exitCode: number | null
}

/** TiUP calls it base 52; its alphabet has 51 letters (842f05c: pkg/base52). */
const alphabet = '0123456789bcdfghjkmnpqrstvwxyzBCDFGHJKLMNPQRSTVWXYZ'

/** The time that an audit file's name stands for, in ms; undefined where it is none. Older TiUP wrote seconds, newer nanoseconds. */
export const tiupAuditTime = (id: string): number | undefined => {
  const [digits = ''] = id.split('_')
  let value = 0n
  for (const letter of digits) {
    const digit = alphabet.indexOf(letter)
    if (digit < 0) return undefined
    value = value * BigInt(alphabet.length) + BigInt(digit)
  }
  const ms = value >= 2n ** 32n ? value / 1_000_000n : value * 1000n
  return digits !== '' && ms > 0n && ms < 8_640_000_000_000_000n ? Number(ms) : undefined
}

/**
 * Reads an audit file by its name, its first line (each argument URL-escaped) and what is known of its end. Undefined where the command
 * does not name the cluster, or the file is none of TiUP's.
 */
export const readTiupAudit = (file: { id: string; head: string; tail: string }, cluster: string): TiupDeed | undefined => {
  const ms = tiupAuditTime(file.id)
  const [, ...args] = (file.head.split('\n')[0] ?? '').trim().split(' ').map(unescaped)
  if (ms === undefined || !args.includes(cluster)) return undefined
  const ended = [...file.tail.matchAll(/Execute command finished\t\{"code": (\d+)/g)].at(-1)
  return {
    id: file.id,
    at: new Date(ms).toISOString(),
    command: ['tiup dm', ...args.map(shown)].join(' '),
    exitCode: ended ? Number(ended[1]) : null,
  }
}

const unescaped = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text // cut in the middle of an escape
  }
}

const shown = (arg: string): string => (/^[\w@%+=:,./~-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`)
