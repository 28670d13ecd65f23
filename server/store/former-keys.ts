import type { Change, FormerKey } from '@/server/domain/step'
import { credentialUsers, wipeCredential } from './credentials'
import type { Tx } from './database'
import { demandCluster, nextRevision } from './topology-changes'

/** The cluster has another key. Plans from before name the former one: a new revision makes them stale. */
export const switchKey = async (
  tx: Tx,
  name: string,
  { credentialId, former }: Extract<Change, { change: 'key-switched' }>,
): Promise<void> => {
  const cluster = await demandCluster(tx, name)
  if (cluster.credentialId === credentialId) return
  await tx.cluster.update({ where: { name }, data: { credentialId, formerKey: JSON.stringify(former) } })
  await nextRevision(tx, cluster, { topology: cluster.topology, yaml: cluster.yaml, reason: 'rotate-ssh' })
}

export const noteKeyGone = async (
  tx: Tx,
  name: string,
  { credentialId, host }: Extract<Change, { change: 'former-key-gone' }>,
): Promise<void> => {
  const { formerKey } = await demandCluster(tx, name)
  if (formerKey?.credentialId !== credentialId) return
  const left: FormerKey = { ...formerKey, hosts: formerKey.hosts.filter((one) => one !== host) }
  await tx.cluster.update({ where: { name }, data: { formerKey: JSON.stringify(left) } })
}

/** A former key that no host has any more is forgotten when its job is over, which may have needed it until then; one that a person brought stays. */
export const endFormerKey = async (tx: Tx, name: string, at: Date): Promise<void> => {
  const row = await tx.cluster.findUnique({ where: { name }, select: { formerKey: true } })
  if (!row?.formerKey) return
  const { credentialId, hosts } = JSON.parse(row.formerKey) as FormerKey // written by this file only
  if (hosts.length > 0) return
  await tx.cluster.update({ where: { name }, data: { formerKey: null } })
  const kind = (await tx.credential.findUnique({ where: { id: credentialId }, select: { kind: true } }))?.kind
  if (kind === 'generated-key' && (await credentialUsers(tx, credentialId)).length === 0) await wipeCredential(tx, credentialId, at)
}
