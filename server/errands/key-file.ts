import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '@/server/domain/app-error'
import { formerFixedKey } from '@/server/domain/former-key'
import type { OperationInput } from '@/server/operations/input'
import type { ClusterWithTopology } from '@/server/store/clusters'
import { sealedOf } from '@/server/store/credentials'
import type { ErrandRun } from './errand-run'

/** A key is 64 hex digits (DM: AES-256); '' for one that is none. What it is is not said. Throws credential-unknown. */
export const keyOf = async (run: ErrandRun, id: string): Promise<string> => {
  const sealed = await sealedOf(run.db, id)
  if (sealed === undefined) throw new AppError('usecases.credential-unknown', 404, { params: { id } })
  return keyIn(run.secrets.openSealed(sealed, id))
}

const keyIn = (opened: string): string => {
  const { password = '' } = z.looseObject({ password: z.string().optional() }).parse(JSON.parse(opened))
  return /^[0-9a-fA-F]{64}$/.test(password) ? password : ''
}

/** What the panel knows of the key file of a cluster's masters; its hash stays in this process. */
export const keyFilePart = async (run: ErrandRun, { keyFile }: ClusterWithTopology): Promise<Pick<OperationInput, 'keyFile'>> => {
  if (keyFile === null) return {}
  if (keyFile === 'former') return { keyFile: { sha256: hashOf(formerFixedKey) } }
  const { credentialId: stored } = keyFile
  const sealed = await sealedOf(run.db, stored)
  const key = sealed === undefined ? '' : keyIn(run.secrets.openSealed(sealed, stored))
  return key === '' ? {} : { keyFile: { stored, sha256: hashOf(key) } }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')
