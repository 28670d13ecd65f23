'use client'

import { useQuery } from '@tanstack/react-query'
import type { ChangesView } from '@/server/domain/api-changes'
import type { MonitorsView } from '@/server/domain/monitors'
import { api } from './api'
import { keys } from './keys'

const at = encodeURIComponent

/** The runner asks the monitors twice a minute while the cluster's page is open. */
export const useMonitors = (cluster: string, enabled = true) =>
  useQuery({
    enabled,
    queryKey: [...keys.cluster(cluster), 'monitors'],
    queryFn: () => api<MonitorsView | null>(`/api/clusters/${at(cluster)}/monitors`),
    refetchInterval: ({ state }) => (state.data ? 15_000 : 2_000),
  })
export const useChanges = (cluster: string, hours: number) =>
  useQuery({
    queryKey: [...keys.cluster(cluster), 'changes', String(hours)],
    queryFn: () => api<ChangesView>(`/api/clusters/${at(cluster)}/changes?hours=${hours}`),
    refetchInterval: 30_000,
  })
