'use client'

import { type QueryClient, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type {
  AuditRow,
  ClusterDetail,
  ClusterRow,
  CredentialRow,
  ErrandView,
  HealthView,
  JobRow,
  MirrorView,
  PackageRow,
  PlanView,
  TokenRow,
} from '@/server/domain/api'
import type { AuditVerified } from '@/server/domain/api-audit'
import type { HostRow } from '@/server/domain/api-hosts'
import type { PackageDetail } from '@/server/domain/api-packages'
import type { SessionView, UserRow } from '@/server/domain/api-people'
import type { ReachInput } from '@/server/domain/ssh-client'
import { ApiFailure, api } from './api'
import { keys } from './keys'

export type HostKeyRow = { address: string; port: number; keyType: string; fingerprint: string; confirmedBy: string; confirmedAt: string }
export type AuditPage = { records: AuditRow[]; nextBefore: string | null; head: { number: number; mac: string } }

const at = encodeURIComponent
const seconds = (count: number): number => count * 1000

export const useSession = () =>
  useQuery({ queryKey: keys.session, queryFn: () => api<SessionView>('/api/session'), staleTime: seconds(30) })
export const useClusters = () =>
  useQuery({ queryKey: keys.clusters, queryFn: () => api<ClusterRow[]>('/api/clusters'), refetchInterval: seconds(10) })
export const useCluster = (name: string) =>
  useQuery({
    queryKey: keys.cluster(name),
    queryFn: () => api<ClusterDetail>(`/api/clusters/${at(name)}`),
    refetchInterval: seconds(5),
  })
export const useJobs = () =>
  useQuery({ queryKey: keys.jobs, queryFn: () => api<JobRow[]>('/api/jobs?limit=200'), refetchInterval: seconds(15) })
export const useJob = (id: string) => useQuery({ queryKey: keys.job(id), queryFn: () => api<JobRow>(`/api/jobs/${at(id)}`) })
/** A plan; asked again while the runner still looks at the hosts. */
export const usePlan = (id: string) =>
  useQuery({
    queryKey: keys.plan(id),
    queryFn: () => api<PlanView>(`/api/plans/${at(id)}`),
    refetchInterval: ({ state }) => (state.data?.state === 'probing' ? 500 : false),
  })
export const usePackages = () => useQuery({ queryKey: keys.packages, queryFn: () => api<PackageRow[]>('/api/packages') })
export const usePackage = (sha256: string) =>
  useQuery({
    queryKey: keys.package(sha256),
    queryFn: () => api<PackageDetail>(`/api/packages/${at(sha256)}`),
    enabled: sha256 !== '',
  })
/** The mirrors that were asked before, the last one first. */
export const useMirrors = () => useQuery({ queryKey: keys.mirror, queryFn: () => api<MirrorView[]>('/api/mirror') })
export const useCredentials = () => useQuery({ queryKey: keys.credentials, queryFn: () => api<CredentialRow[]>('/api/credentials') })
/** Hosts with what was last seen of them; the watcher looks at disks once a minute. */
export const useHosts = () => useQuery({ queryKey: keys.hosts, queryFn: () => api<HostRow[]>('/api/hosts'), refetchInterval: seconds(10) })
export const useHostKeys = () => useQuery({ queryKey: keys.hostKeys, queryFn: () => api<HostKeyRow[]>('/api/host-keys') })
export const useUsers = () => useQuery({ queryKey: keys.users, queryFn: () => api<UserRow[]>('/api/users') })
export const useTokens = () => useQuery({ queryKey: keys.tokens, queryFn: () => api<TokenRow[]>('/api/tokens') })
/** Health answers 503 with the same body when a part does not work. */
export const useHealth = () =>
  useQuery({
    queryKey: keys.health,
    queryFn: async (): Promise<HealthView> => {
      const response = await fetch('/api/health')
      const body: HealthView = await response.json()
      return body
    },
    refetchInterval: seconds(10),
  })

/** Pages of the audit, newest first. */
export const useAudit = (filter: Readonly<Record<string, string>>) =>
  useInfiniteQuery({
    queryKey: [...keys.audit, filter],
    initialPageParam: '',
    queryFn: ({ pageParam }) => api<AuditPage>(`/api/audit?${new URLSearchParams({ ...filter, ...(pageParam && { before: pageParam }) })}`),
    getNextPageParam: (page) => page.nextBefore ?? undefined,
  })
export const useAuditRecord = (id: string) =>
  useQuery({ queryKey: [...keys.audit, 'record', id], queryFn: () => api<AuditRow>(`/api/audit/${at(id)}`), enabled: id !== '' })

/** What the runner made of the chain by itself, within the last minute. */
export const useAuditVerdict = (enabled = true) =>
  useQuery({
    queryKey: keys.auditVerdict,
    queryFn: () => api<AuditVerified | null>('/api/audit/verdict'),
    refetchInterval: seconds(30),
    enabled,
  })
/** The whole chain as the runner finds it; asked for once, then again when somebody wants it. */
export const useAuditChain = () =>
  useQuery({
    queryKey: keys.auditChain,
    queryFn: () => runErrand<AuditVerified>(() => api<ErrandView>('/api/audit/verify', { method: 'POST' })),
    staleTime: seconds(300),
    refetchOnWindowFocus: false,
    retry: false,
  })

/** A change through the API; what it touches is read again. */
export const useSend = <I, O>(send: (input: I) => Promise<O>, touches: readonly (readonly string[])[] = []) => {
  const client = useQueryClient()
  return useMutation<O, Error, I>({
    mutationFn: send,
    onSuccess: async () => {
      await Promise.all(touches.map((queryKey) => client.invalidateQueries({ queryKey })))
    },
  })
}

/** Asks the runner for a plan; the page of the answer's id shows it. */
export const useAskPlan = () =>
  useSend(({ cluster, ...body }: { cluster: string; operation: string; input: unknown; reach?: ReachInput | undefined }) =>
    api<PlanView>(`/api/clusters/${at(cluster)}/plans`, { method: 'POST', body }),
  )
export const useSubmitPlan = (planId: string) =>
  useSend(
    (body: { confirm?: string; consent: readonly string[] }) => api<JobRow>(`/api/plans/${at(planId)}/jobs`, { method: 'POST', body }),
    [keys.jobs, keys.clusters, keys.plan(planId)],
  )

/** Runs work in the runner: sends, then asks for the errand until it has ended. A failed errand throws its words. */
export const runErrand = async <T>(start: () => Promise<ErrandView>, onProgress?: (progress: unknown) => void): Promise<T> => {
  let errand = await start()
  while (errand.state === 'queued' || errand.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 300))
    errand = await api<ErrandView>(`/api/errands/${at(errand.id)}`)
    onProgress?.(errand.progress)
  }
  if (errand.state === 'failed')
    throw new ApiFailure(422, errand.error ?? { code: 'ui.errand-failed', message: '', hint: '', problems: [] })
  return errand.result as T // the shape of a result is the contract of its errand's kind
}

/** A draft that the server keeps: what was typed is never lost. Null: there is none. */
export const useDraft = <T>(key: string) =>
  useQuery({
    queryKey: keys.draft(key),
    queryFn: () => api<{ value: T; updatedAt: string } | null>(`/api/drafts/${at(key)}`),
    staleTime: Number.POSITIVE_INFINITY,
  })
export const saveDraft = (key: string, value: unknown): Promise<{ updatedAt: string }> =>
  api(`/api/drafts/${at(key)}`, { method: 'PUT', body: { value } })
export const dropDraft = async (client: QueryClient, key: string): Promise<void> => {
  await api(`/api/drafts/${at(key)}`, { method: 'DELETE' })
  client.removeQueries({ queryKey: keys.draft(key) })
}
