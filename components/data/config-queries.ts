'use client'

import { useQuery } from '@tanstack/react-query'
import type { RevisionsView, RevisionText } from '@/server/domain/api-config'
import { api } from './api'
import { keys } from './keys'

const at = encodeURIComponent

/** A cluster's revisions, and who does not run the newest. */
export const revisionsKey = (cluster: string) => [...keys.cluster(cluster), 'revisions'] as const
export const useRevisions = (cluster: string) =>
  useQuery({ queryKey: revisionsKey(cluster), queryFn: () => api<RevisionsView>(`/api/clusters/${at(cluster)}/revisions`) })

/** The text of one revision; it never changes. `0`: none. */
export const useRevisionText = (cluster: string, revision: number) =>
  useQuery({
    queryKey: [...revisionsKey(cluster), revision],
    queryFn: () => api<RevisionText>(`/api/clusters/${at(cluster)}/revisions/${revision}`),
    enabled: revision > 0,
    staleTime: Number.POSITIVE_INFINITY,
  })
