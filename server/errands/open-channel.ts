import type { Channel } from '@/server/store/channels'
import { channelSecretId } from '@/server/store/channels'
import { sealedOf } from '@/server/store/credentials'
import type { Db } from '@/server/store/database'
import type { ChannelAddress } from './channel-requests'

export type Opener = { openSealed(sealed: string, context: string): string }

/** Address and secret of a channel, in this process's memory only; undefined: the address is not there. */
export const openChannel = async (db: Db, secrets: Opener, { id, kind, language }: Channel): Promise<ChannelAddress | undefined> => {
  const open = async (part: 'url' | 'secret'): Promise<string | undefined> => {
    const context = channelSecretId(id, part)
    const sealed = await sealedOf(db, context)
    return sealed === undefined ? undefined : secrets.openSealed(sealed, context)
  }
  const url = await open('url')
  return url === undefined ? undefined : { kind, language, url, secret: await open('secret') }
}
