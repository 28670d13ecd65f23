'use client'

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { runErrand, useAskPlan, useCluster, useSession } from '@/components/data/queries'
import { useWords } from '@/components/data/words'
import type { ErrandView } from '@/server/domain/api'
import type { DmctlView } from '@/server/domain/dmctl/input'
import type { DmOverview } from '@/server/domain/dmctl/overview'

export const clusterPath = (name: string): string => `/clusters/${encodeURIComponent(name)}`
/** The console with a line typed into it. */
export const consoleWith = (name: string, line: string): string => `${clusterPath(name)}/dmctl?${new URLSearchParams({ line })}`
const apiPath = (name: string): string => `/api${clusterPath(name)}`

/** Each look unpacks and runs dmctl on a master's host: not more often than this while nobody asks for it. */
const lookAgainMs = 60_000

/** Sources and tasks as DM says they are; asked again on demand, and each minute while the page is seen, unless `once`. */
export const useDm = (name: string, once = false) =>
  useQuery({
    queryKey: [...keys.cluster(name), 'dm'],
    queryFn: () => runErrand<DmOverview>(() => api<ErrandView>(`${apiPath(name)}/dm`)),
    refetchInterval: ({ state }) => (once || state.error ? false : lookAgainMs),
    staleTime: once ? lookAgainMs : 0,
    refetchOnWindowFocus: false,
    retry: false,
  })

/** Versions of dmctl, where it runs, and what was run. */
export const useDmctl = (name: string) =>
  useQuery({ queryKey: [...keys.cluster(name), 'dmctl'], queryFn: () => api<DmctlView>(`${apiPath(name)}/dmctl`), refetchInterval: 5000 })

export type GivenFile = { name: string; text?: string; base64?: string }
export type Typed = { line: string; version?: string; host?: string; timeoutS?: number; files?: readonly GivenFile[] }

/** Makes a plan of a line, and goes to its review: what will happen is said there. */
export const useReviewLine = (cluster: string) => {
  const router = useRouter()
  const ask = useAskPlan()
  return {
    review: (typed: Typed) =>
      ask.mutate({ cluster, operation: 'dmctl', input: typed }, { onSuccess: (plan) => router.push(`/plans/${plan.id}`) }),
    busy: ask.isPending,
    error: ask.error,
  }
}

/** Why nothing may be changed here. */
export const useMayNot = (cluster: string): string | undefined => {
  const { say } = useWords()
  const role = useSession().data?.user?.role
  const detail = useCluster(cluster).data
  if (role === 'viewer') return say('role.needs-operator')
  return detail?.adopted ? say('dm.adopted') : undefined
}

export const useForgetDm = (name: string) => {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: [...keys.cluster(name), 'dmctl'] })
}
