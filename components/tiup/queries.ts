'use client'

import { useQuery } from '@tanstack/react-query'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { runErrand } from '@/components/data/queries'
import type { ErrandView } from '@/server/domain/api'
import type { TiupComparisonView, TiupView } from '@/server/domain/api-tiup'

/** What is kept of a cluster's life with tiup. */
export const useTiup = (name: string) =>
  useQuery({
    queryKey: [...keys.cluster(name), 'tiup'],
    queryFn: () => api<TiupView>(`/api/clusters/${encodeURIComponent(name)}/tiup`),
  })

/** The books against tiup's meta.yaml, read when somebody looks and at most every five minutes, or on demand. */
export const useComparison = (name: string, enabled: boolean) =>
  useQuery({
    queryKey: comparisonKey(name),
    queryFn: () => compareWith(name),
    staleTime: 5 * 60_000,
    refetchOnWindowFocus: false,
    retry: false,
    enabled,
  })

export const comparisonKey = (name: string) => [...keys.cluster(name), 'tiup', 'compare']

export const compareWith = (name: string, archive?: string): Promise<TiupComparisonView> =>
  runErrand(() =>
    api<ErrandView>(`/api/clusters/${encodeURIComponent(name)}/tiup/compare${archive === undefined ? '' : `?archive=${archive}`}`),
  )
