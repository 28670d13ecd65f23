import type { Tx } from './database'
import { endFormerNames, namesOf } from './former-names'
import { dropLedger } from './ledger'
import { dropUpgrades } from './upgrades'

/** All that the books keep of a cluster but its jobs, plans and audit. */
export const removeCluster = async (tx: Tx, cluster: string): Promise<void> => {
  await dropLedger(tx, cluster)
  await dropUpgrades(tx, cluster)
  await tx.clusterStatus.deleteMany({ where: { cluster } })
  await tx.monitorView.deleteMany({ where: { cluster } })
  await tx.healthTold.deleteMany({ where: { cluster } })
  await tx.unapplied.deleteMany({ where: { cluster } })
  await tx.tiupDeed.deleteMany({ where: { cluster } })
  await tx.cluster.deleteMany({ where: { name: cluster } })
}

/** A cluster that is not in the books any more leaves no key and no password; what was typed for its successor after `before` stays. */
export const forgetSecretsOf = async (tx: Tx, name: string, before: Date, at: Date): Promise<void> => {
  for (const each of await namesOf(tx, name)) {
    const ids = [
      { id: `key:${each}` },
      { id: { startsWith: `key:${each}:` } },
      { id: { startsWith: `grafana:${each}:` } },
      { id: { startsWith: `topology:${each}:` } },
    ]
    await tx.credential.deleteMany({ where: { OR: ids, createdAt: { lt: before } } })
  }
  await endFormerNames(tx, name, at)
}
