import path from 'node:path'
import { z } from 'zod'

/** What the operator may set. Paths become absolute. */
export type Env = {
  dataFolder: string
  /** `file:` URL of the database in the data folder. */
  databaseUrl: string
  host: string
  port: number
  /** Where the master key lies; undefined: the default below the home folder. Only the runner reads it. */
  keyFile: string | undefined
  tls: { certFile: string; keyFile: string } | undefined
  /** A reverse proxy in front sets X-Forwarded-For, -Proto and -Host; nobody else can reach the port. */
  trustProxy: boolean
  /** Local mirrors may be read from below this folder. */
  mirrorRoot: string | undefined
  /** TiUP storage folders may be adopted from below this folder. */
  tiupRoot: string | undefined
  packageQuotaBytes: number
  /** The system's SSH client, for clusters and operations that choose it. */
  systemSsh: { program: string; options: readonly string[] }
  /** Hosts are reached by it where neither operation nor cluster says otherwise (`TIUP_NATIVE_SSH`, as tiup has it). */
  nativeSsh: boolean
  /** Socket of the ssh-agent for credentials that name one of its keys; undefined: there is none. */
  agentSocket: string | undefined
  /** Where people open this panel; links in messages lead there. undefined: messages have no link. */
  panelUrl: string | undefined
  /** The simulated hosts listen on this address and those after it. */
  simulatedFirstAddress: string
  development: boolean
}

/** One or more variables have a value that can't be used; the message has a line for each. */
export class EnvInvalid extends Error {
  override name = 'EnvInvalid'
}

const onOff = z.enum(['0', '1', 'true', 'false'], { error: 'must be 1 or 0' }).transform((text) => text === '1' || text === 'true')
const folder = z.string().transform((text) => path.resolve(text))
const gib = 1024 ** 3

const variables = z
  .object({
    DM_PANEL_DATA: folder.default(path.resolve('data')),
    HOST: z
      .string()
      .regex(/^[\w.:-]+$/, 'must be an address or a host name to listen on, such as 127.0.0.1 or 0.0.0.0')
      .default('127.0.0.1'),
    PORT: z.coerce
      .number({ error: 'must be a port number' })
      .int('must be a whole number')
      .min(0, 'must be 0 to 65535')
      .max(65535, 'must be 0 to 65535')
      .default(3000),
    DM_PANEL_KEY: folder.optional(),
    DM_PANEL_TLS_CERT: folder.optional(),
    DM_PANEL_TLS_KEY: folder.optional(),
    DM_PANEL_TRUST_PROXY: onOff.default(false),
    DM_PANEL_MIRROR_ROOT: folder.optional(),
    DM_PANEL_TIUP_ROOT: folder.optional(),
    DM_PANEL_PACKAGE_QUOTA_GIB: z.coerce.number({ error: 'must be a number of GiB' }).positive('must be more than 0').default(50),
    DM_PANEL_SSH: z.string().default('ssh'),
    DM_PANEL_SSH_OPTIONS: z
      .string()
      .regex(/^\s*([A-Za-z]+=\S+\s*)*$/, 'must be options of ssh_config as Name=value, with spaces between them')
      .default(''),
    DM_PANEL_SSH_AGENT: z.string().startsWith('/', 'must be the absolute path of an ssh-agent’s socket').optional(),
    SSH_AUTH_SOCK: z.string().optional(),
    TIUP_NATIVE_SSH: z.string().optional(),
    DM_PANEL_URL: z.url({ protocol: /^https?$/, error: 'must be the address of this panel, such as https://panel.example.com' }).optional(),
    DM_PANEL_SIM_FIRST_ADDRESS: z
      .string()
      .regex(/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/, 'must be an IPv4 loopback address, such as 127.1.0.11')
      .default('127.1.0.11'),
    NODE_ENV: z.string().optional(),
  })
  .refine((env) => (env.DM_PANEL_TLS_CERT === undefined) === (env.DM_PANEL_TLS_KEY === undefined), {
    path: ['DM_PANEL_TLS_KEY'],
    error: 'must be set together with DM_PANEL_TLS_CERT, or neither',
  })
  .refine((env) => env.DM_PANEL_KEY === undefined || !isBelow(env.DM_PANEL_KEY, env.DM_PANEL_DATA), {
    path: ['DM_PANEL_KEY'],
    error: 'must lie outside the data folder, so that a copy of the data does not hold its own key',
  })

/** Reads and checks the environment. An empty variable counts as not set. Throws `EnvInvalid`, naming every wrong variable. */
export const readEnv = (source: Readonly<Record<string, string | undefined>> = process.env): Env => {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''))
  const read = variables.safeParse(given)
  if (!read.success) {
    const lines = read.error.issues.map((issue) => {
      const name = String(issue.path[0])
      return `${name}${given[name] === undefined ? '' : `=${given[name]}`}: ${issue.message}`
    })
    throw new EnvInvalid(lines.join('\n'))
  }
  const env = read.data
  return {
    dataFolder: env.DM_PANEL_DATA,
    databaseUrl: `file:${path.join(env.DM_PANEL_DATA, 'panel.sqlite')}`,
    host: env.HOST,
    port: env.PORT,
    keyFile: env.DM_PANEL_KEY,
    tls: env.DM_PANEL_TLS_CERT && env.DM_PANEL_TLS_KEY ? { certFile: env.DM_PANEL_TLS_CERT, keyFile: env.DM_PANEL_TLS_KEY } : undefined,
    trustProxy: env.DM_PANEL_TRUST_PROXY,
    mirrorRoot: env.DM_PANEL_MIRROR_ROOT,
    tiupRoot: env.DM_PANEL_TIUP_ROOT,
    systemSsh: { program: env.DM_PANEL_SSH, options: env.DM_PANEL_SSH_OPTIONS.split(/\s+/).filter((one) => one !== '') },
    nativeSsh: ['true', '1', 'enable'].includes((env.TIUP_NATIVE_SSH ?? '').toLowerCase()),
    agentSocket: env.DM_PANEL_SSH_AGENT ?? env.SSH_AUTH_SOCK,
    panelUrl: env.DM_PANEL_URL?.replace(/\/+$/, ''),
    packageQuotaBytes: env.DM_PANEL_PACKAGE_QUOTA_GIB * gib,
    simulatedFirstAddress: env.DM_PANEL_SIM_FIRST_ADDRESS,
    development: env.NODE_ENV === 'development',
  }
}

/** Cookies are marked Secure: the browser's connection is encrypted, by us or by the proxy. */
export const isSecure = (env: Env): boolean => env.tls !== undefined || env.trustProxy

const isBelow = (inner: string, outer: string): boolean => !path.relative(outer, inner).startsWith('..')
