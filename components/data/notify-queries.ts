'use client'

import { useQuery } from '@tanstack/react-query'
import type { ErrandView } from '@/server/domain/api'
import type { ChannelsView, DeliveryRow, TestedChannel } from '@/server/domain/notify'
import { api } from './api'
import { runErrand } from './queries'

export const channelsKey = ['channels'] as const
export const deliveriesKey = ['deliveries'] as const

/** What came of messages changes by itself. */
export const useChannels = () =>
  useQuery({ queryKey: channelsKey, queryFn: () => api<ChannelsView>('/api/channels'), refetchInterval: 10_000 })
export const useDeliveries = (state: string) =>
  useQuery({
    queryKey: [...deliveriesKey, state],
    queryFn: () => api<DeliveryRow[]>(`/api/deliveries${state === '' ? '' : `?state=${state}`}`),
    refetchInterval: 5_000,
  })
/** Sends a message through the channel; asked once, when the dialog opens. */
export const useChannelTest = (id: string) =>
  useQuery({
    queryKey: [...channelsKey, id, 'test'],
    queryFn: () => runErrand<TestedChannel>(() => api<ErrandView>(`/api/channels/${encodeURIComponent(id)}/test`, { method: 'POST' })),
    ...{ staleTime: Number.POSITIVE_INFINITY, gcTime: 0, retry: false, refetchOnWindowFocus: false, refetchOnReconnect: false },
  })
