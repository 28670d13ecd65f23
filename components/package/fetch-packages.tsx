'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { runErrand } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Note } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { DrawerSection } from '@/components/ui/drawer'
import { SelectField } from '@/components/ui/field'
import type { ErrandView, MirrorView } from '@/server/domain/api'
import { neededPackages, type Wanted } from './needed-packages'

/** Takes packages from a mirror: one, or all that a cluster of one version needs. */
export function FetchPackages({ mirror }: { mirror: MirrorView }) {
  const { say } = useWords()
  const [component, setComponent] = useState(mirror.components[0]?.component ?? '')
  const platforms = mirror.components.find((one) => one.component === component)?.platforms ?? {}
  const [platform, setPlatform] = useState('linux/amd64')
  const shownPlatform = platforms[platform] ? platform : (Object.keys(platforms)[0] ?? '')
  const versions = platforms[shownPlatform] ?? []
  const [version, setVersion] = useState('')
  const shownVersion = versions.includes(version) ? version : (versions[0] ?? '')
  const [os = '', arch = ''] = shownPlatform.split('/')
  const ofDm = mirror.components.find((one) => one.component === 'dm-master')?.platforms[shownPlatform] ?? []
  const clusterVersion = ofDm.includes(shownVersion) ? shownVersion : ofDm[0]
  const fetching = useFetching(mirror.location)
  const reason = mirror.confirmed ? undefined : say('mirror.confirm-first')
  const options = (values: readonly string[]) => values.map((value) => ({ value, label: value }))
  return (
    <DrawerSection title={say('mirror.versions')}>
      <div className="flex flex-col gap-3">
        <SelectField
          label={say('packages.component')}
          value={component}
          onChange={(event) => setComponent(event.target.value)}
          options={options(mirror.components.map((one) => one.component))}
        />
        <div className="grid grid-cols-2 gap-3">
          <SelectField
            label={say('mirror.platform')}
            value={shownPlatform}
            onChange={(event) => setPlatform(event.target.value)}
            options={options(Object.keys(platforms))}
          />
          <SelectField
            label={say('mirror.version')}
            value={shownVersion}
            onChange={(event) => setVersion(event.target.value)}
            options={options(versions)}
          />
        </div>
        <ErrorNote error={fetching.error} />
        {fetching.isSuccess ? <Fetched wanted={fetching.variables} /> : null}
        <div className="flex flex-wrap gap-2">
          <Button
            look="primary"
            reason={reason}
            busy={fetching.isPending}
            onClick={() => fetching.mutate([{ component, version: shownVersion, os, arch }])}
          >
            {say('mirror.fetch')}
          </Button>
          {clusterVersion ? (
            <Button
              reason={reason}
              busy={fetching.isPending}
              onClick={() => fetching.mutate(neededPackages(mirror, clusterVersion, shownPlatform))}
            >
              {say('mirror.fetch-all', { version: clusterVersion })}
            </Button>
          ) : null}
        </div>
      </div>
    </DrawerSection>
  )
}

const useFetching = (location: string) => {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (wanted: readonly Wanted[]) =>
      runErrand<unknown>(() => api<ErrandView>('/api/packages/fetch', { method: 'POST', body: { location, wanted } })),
    onSettled: () => client.invalidateQueries({ queryKey: keys.packages }),
  })
}

function Fetched({ wanted }: { wanted: readonly Wanted[] }) {
  const { say } = useWords()
  const [first] = wanted
  if (!first) return null
  return <Note tone="ok" title={wanted.length === 1 ? say('mirror.fetched', first) : say('mirror.fetched-all', { count: wanted.length })} />
}
