import { AppError } from '@/server/domain/app-error'
import { readMailUrl } from '@/server/domain/mail-server'
import type { ChangeChannel, ChannelKind, ChannelRow, NewChannel } from '@/server/domain/notify'
import {
  addChannel,
  type ChannelFields,
  channelRows,
  channelSecretId,
  findChannel,
  newChannelId,
  patchChannel,
  removeChannel,
  type SealedParts,
} from '@/server/store/channels'
import type { Db } from '@/server/store/database'
import { sendAgain } from '@/server/store/deliveries'
import type { ErrandRow } from '@/server/store/errands'
import { sealSecret } from '@/server/store/secrets-seal'
import { readSetting } from '@/server/store/settings'
import { askRunner } from './ask-errand'
import { audited, type Who } from './audited'

/** Keeps a channel; address and secret are sealed for the runner. Throws channel-address-bad, channel-secret-missing, runner-not-started. */
export const saveChannel = (db: Db, who: Who, given: NewChannel): Promise<ChannelRow> => {
  const { kind, url, secret } = given
  const deed = { what: 'save-channel', command: `dm-panel save-channel ${given.name}`, detail: told({ ...given, address: originOf(url) }) }
  return audited(db, who, deed, async () => {
    demandAddress(kind, url)
    demandSecret(kind, { url, secret })
    const id = newChannelId()
    const sealed = await seal(db, id, { url, ...(secret !== undefined && { secret }) })
    const row = { ...fieldsOf(given), id, kind, address: originOf(url), hasSecret: secret !== undefined, by: who.email, sealed }
    await db.$transaction((tx) => addChannel(tx, row))
    return demandRow(db, id)
  })
}

/** Changes what is given. Throws channel-unknown and what saving throws. */
export const changeChannel = (db: Db, who: Who, id: string, given: ChangeChannel): Promise<ChannelRow> => {
  const { url, secret, ...fields } = given
  const detail = told({ ...fields, ...(url !== undefined && { address: originOf(url) }), ...(secret !== undefined && { secret: 'given' }) })
  return audited(db, who, { what: 'change-channel', command: `dm-panel change-channel ${id}`, targets: [id], detail }, async () => {
    const before = await findChannel(db, id)
    if (!before) throw new AppError('usecases.channel-unknown', 404)
    if (url !== undefined) demandAddress(before.kind, url)
    const login = before.kind === 'mail' && url !== undefined
    if (secret !== undefined || login) demandSecret(before.kind, { url, secret: secret === '' ? undefined : secret }, before)
    // A mail server that asks for no login has no password.
    const dropSecret = secret === '' || (login && secret === undefined)
    const sealed = await seal(db, id, { ...(url !== undefined && { url }), ...(secret ? { secret } : {}) })
    const patch = {
      ...fields,
      ...(url !== undefined && { address: originOf(url) }),
      ...(dropSecret ? { hasSecret: false } : secret !== undefined && { hasSecret: true }),
    }
    const change = { patch: withoutUndefined(patch), sealed, dropSecret, by: who.email, at: new Date() }
    if (!(await db.$transaction((tx) => patchChannel(tx, id, change)))) throw new AppError('usecases.channel-unknown', 404)
    return demandRow(db, id)
  })
}

/** Throws channel-unknown. */
export const dropChannel = (db: Db, who: Who, id: string): Promise<void> =>
  audited(db, who, { what: 'remove-channel', command: `dm-panel remove-channel ${id}`, targets: [id] }, async () => {
    if (!(await db.$transaction((tx) => removeChannel(tx, id, new Date())))) throw new AppError('usecases.channel-unknown', 404)
  })

/** The runner sends a message now; the errand's result is what the receiver answered. */
export const testChannelNow = (db: Db, who: Who, id: string): Promise<ErrandRow> => {
  const deed = { what: 'test-channel', command: `dm-panel test-channel ${id}`, targets: [id] }
  return askRunner(db, who, { kind: 'test-channel', input: { channel: id, by: who.email }, deed })
}

/** Throws delivery-unknown. */
export const sendDeliveryAgain = (db: Db, who: Who, id: string): Promise<void> =>
  audited(db, who, { what: 'send-again', command: `dm-panel send-again ${id}`, targets: [id] }, async () => {
    if (!(await sendAgain(db, id, new Date()))) throw new AppError('usecases.delivery-unknown', 404)
  })

const demandRow = async (db: Db, id: string): Promise<ChannelRow> => {
  const row = (await channelRows(db)).find((one) => one.id === id)
  if (!row) throw new AppError('usecases.channel-unknown', 404)
  return row
}

/** fetch refuses such an address, and the password would be seen where only the host should be. */
const demandAddress = (kind: ChannelKind, url: string): void => {
  const { username, password, protocol } = new URL(url)
  if (username !== '' || password !== '') throw new AppError('usecases.channel-address-bad', 422)
  if (/^smtps?:$/.test(protocol) !== (kind === 'mail')) throw new AppError('usecases.channel-address-kind', 422)
  if (kind !== 'mail') return
  const read = readMailUrl(url)
  if ('fault' in read) throw new AppError(`usecases.channel-mail-${read.fault}`, 422)
}

const minWebhookSecret = 16

/**
 * A mail server's user and password come together: with the one kept and the address another, somebody who does not know the password could
 * have it sent to a server of his own.
 */
const demandSecret = (
  kind: ChannelKind,
  { url, secret }: { url: string | undefined; secret: string | undefined },
  before?: { hasSecret: boolean },
): void => {
  if (kind === 'mail') {
    const login = url === undefined ? before?.hasSecret === true : new URL(url).searchParams.has('user')
    if (login !== (secret !== undefined)) throw new AppError('usecases.channel-login-half', 422)
  }
  if (kind === 'webhook' && (secret ?? '').length < minWebhookSecret) throw new AppError('usecases.channel-secret-missing', 422)
}

const seal = async (db: Db, id: string, plain: SealedParts): Promise<SealedParts> => {
  if ((await readSetting(db, 'secrets.public-key')) === undefined) throw new AppError('usecases.runner-not-started', 503)
  const url = plain.url === undefined ? {} : { url: await sealSecret(db, plain.url, channelSecretId(id, 'url')) }
  const secret = plain.secret === undefined ? {} : { secret: await sealSecret(db, plain.secret, channelSecretId(id, 'secret')) }
  return { ...url, ...secret }
}

/** Scheme, host and port. */
const originOf = (text: string): string => {
  const url = new URL(text)
  if (!/^smtps?:$/.test(url.protocol)) return url.origin
  const read = readMailUrl(text)
  return 'fault' in read ? url.protocol : `${url.protocol}//${read.host}:${read.port}`
}

const fieldsOf = ({ name, enabled, language, clusters, events, quietMinutes }: NewChannel): ChannelFields => ({
  ...{ name, enabled, language, clusters, events, quietMinutes },
})

/** For the audit: never the address's path, never a secret. */
const told = (given: Record<string, unknown>): Record<string, string | number | boolean> => {
  const { name, kind, enabled, language, clusters, events, quietMinutes, address, secret } = given
  const all = { name, kind, enabled, language, clusters, events, quietMinutes, address, secret: secret === undefined ? undefined : 'given' }
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]): [string, string | number | boolean][] => {
      if (Array.isArray(value)) return [[key, value.join(', ')]]
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[key, value]] : []
    }),
  )
}

const withoutUndefined = (
  patch: { [K in keyof ChannelFields]?: ChannelFields[K] | undefined } & { address?: string; hasSecret?: boolean },
) => {
  const { name, enabled, language, clusters, events, quietMinutes, address, hasSecret } = patch
  return {
    ...(name !== undefined && { name }),
    ...(enabled !== undefined && { enabled }),
    ...(language !== undefined && { language }),
    ...(clusters !== undefined && { clusters }),
    ...(events !== undefined && { events }),
    ...(quietMinutes !== undefined && { quietMinutes }),
    ...(address !== undefined && { address }),
    ...(hasSecret !== undefined && { hasSecret }),
  }
}
