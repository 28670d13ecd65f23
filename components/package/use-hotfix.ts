'use client'

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { runErrand, useClusters, usePackages, useSend } from '@/components/data/queries'
import type { ErrandView } from '@/server/domain/api'
import type { HotfixPreview, HotfixRequest } from '@/server/domain/api-packages'
import type { PackageInfo } from '@/server/domain/package'

export type Component = HotfixPreview['packages'][number]['component']
export type Chosen = Pick<HotfixRequest, 'version' | 'os' | 'arch' | 'components' | 'placements'>

/** Versions that run, with their clusters, then those whose dm-master lies in the store. */
export const useRunningVersions = (): { version: string; clusters: string[] }[] => {
  const clusters = useClusters().data ?? []
  const packages = usePackages().data ?? []
  const running = [...new Set(clusters.map(({ version }) => version))].map((version) => ({
    version,
    clusters: clusters.filter((one) => one.version === version).map(({ name }) => name),
  }))
  const stored = packages.filter((row) => row.component === 'dm-master' && row.origin !== 'hotfix').map(({ version }) => version)
  const others = [...new Set(stored)].filter((version) => !running.some((one) => one.version === version))
  return [...running, ...others.map((version) => ({ version, clusters: [] }))]
}

/** What is chosen, what it would give, and saving it. */
export const useHotfix = (upload: string | undefined) => {
  const [chosen, setChosen] = useState<Partial<Chosen>>({})
  const versions = useRunningVersions()
  const version = chosen.version ?? versions[0]?.version ?? ''
  const { os = 'linux', arch = 'amd64', components, placements = [] } = chosen
  const request = { upload, version, os, arch, placements, ...(components && { components }) }
  const preview = useQuery({
    queryKey: ['hotfix-preview', upload, request],
    queryFn: () => runErrand<HotfixPreview>(() => api<ErrandView>('/api/hotfix-packages/preview', { method: 'POST', body: request })),
    enabled: upload !== undefined && version !== '',
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    // Another choice for the same upload: the last trees stay until the new ones are there.
    placeholderData: (before, query) => (before && query?.queryKey[1] === upload ? before : undefined),
  })
  const save = useSend(
    (why: { ticket: string; notes: string }) =>
      runErrand<{ packages: PackageInfo[] }>(() =>
        api<ErrandView>('/api/hotfix-packages', {
          method: 'POST',
          body: { ...request, ...why, previewHash: preview.data?.previewHash ?? '' },
        }),
      ),
    [keys.packages],
  )
  const change = (part: Partial<Chosen>): void => setChosen((before) => ({ ...before, ...part }))
  return { versions, chosen: { version, os, arch, components, placements }, change, preview, save }
}
