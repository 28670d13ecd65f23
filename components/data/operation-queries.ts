'use client'

import { useQuery } from '@tanstack/react-query'
import type { LedgerView } from '@/server/domain/api-ledger'
import type { UpgradeView } from '@/server/domain/api-upgrades'
import { api } from './api'
import { keys } from './keys'

const at = encodeURIComponent

/** Which binaries lie where, since when; what stands out. */
export const ledgerKey = (cluster: string) => [...keys.cluster(cluster), 'ledger'] as const
export const useLedger = (cluster: string) =>
  useQuery({ queryKey: ledgerKey(cluster), queryFn: () => api<LedgerView>(`/api/clusters/${at(cluster)}/ledger`) })

/** Where a cluster can go, and the upgrade that is not final yet. */
export const upgradeKey = (cluster: string) => [...keys.cluster(cluster), 'upgrade'] as const
export const useUpgrade = (cluster: string) =>
  useQuery({ queryKey: upgradeKey(cluster), queryFn: () => api<UpgradeView>(`/api/clusters/${at(cluster)}/upgrade`) })
