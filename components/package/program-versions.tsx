'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { runErrand, useCluster, useClusters, usePackage, useSession } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { SelectField } from '@/components/ui/field'
import { Time } from '@/components/ui/time'
import type { ErrandView } from '@/server/domain/api'
import type { PackageDetail, VerifiedPackageView } from '@/server/domain/api-packages'
import { versionFlag } from '@/server/domain/package'

const lines = [
  ['Release Version', 'release'],
  ['Git Commit Hash', 'commit'],
  ['Git Branch', 'branch'],
  ['UTC Build Time', 'built'],
  ['Go Version', 'go'],
] as const

/** `-V` of this package's program, beside its base's for a hotfix, and the way to ask a host for it. */
export function ProgramVersions({ one }: { one: PackageDetail }) {
  const { say } = useWords()
  const flag = versionFlag(one.component)
  const base = usePackage(one.hotfix?.base?.sha256 ?? '').data
  return (
    <section aria-label={say('package.version-title')}>
      <div className="sec">
        <h2>{say('package.version-title')}</h2>
        <span className="c mono">{flag}</span>
      </div>
      {one.verified || base?.verified ? (
        <Versions mine={one.verified} base={base} />
      ) : (
        <p className="t2 pb-3">{say('package.version-none', { flag })}</p>
      )}
      <Ask sha256={one.sha256} flag={flag} />
    </section>
  )
}

function Versions({ mine, base }: { mine: VerifiedPackageView | null; base: PackageDetail | undefined }) {
  const { say } = useWords()
  const old = base?.verified ?? null
  const cell = (verified: VerifiedPackageView | null, key: (typeof lines)[number][1]): string =>
    verified ? verified[key] || say('package.none') : say('package.not-asked')
  return (
    <>
      <table className="tb dense flush" aria-label={say('package.version-title')}>
        <thead>
          <tr>
            <th scope="col" style={{ width: 140 }} />
            {base ? <th scope="col">{say('package.its-base')}</th> : null}
            <th scope="col">{say('package.this')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(([name, key]) => (
            <tr key={key}>
              <td className="t2">{name}</td>
              {base ? (
                <td className="mono t2" title={cell(old, key)}>
                  {cell(old, key)}
                </td>
              ) : null}
              <td className={mine && old && mine[key] !== old[key] ? 'mono font-semibold' : 'mono'} title={cell(mine, key)}>
                {cell(mine, key)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {mine ? (
        <>
          <p className="t3 sm py-2">
            {say('package.version-seen', { host: mine.host, cluster: mine.cluster, user: mine.user, by: mine.by })} <Time at={mine.at} />
          </p>
          <details className="sm pb-3">
            <summary className="t2">{say('package.said')}</summary>
            <pre className="pre mt-1 overflow-x-auto">{mine.text}</pre>
          </details>
        </>
      ) : null}
    </>
  )
}

function Ask({ sha256, flag }: { sha256: string; flag: string }) {
  const { say } = useWords()
  const client = useQueryClient()
  const clusters = useClusters().data ?? []
  const role = useSession().data?.user?.role
  const [cluster, setCluster] = useState('')
  const [host, setHost] = useState('')
  const chosen = cluster || clusters[0]?.name || ''
  const rows = useCluster(chosen).data?.status?.rows ?? []
  const hosts = [...new Set(rows.map(({ hostId }) => hostId))]
  const at = hosts.includes(host) ? host : (hosts[0] ?? '')
  const ask = useMutation({
    mutationFn: () =>
      runErrand<VerifiedPackageView>(() =>
        api<ErrandView>(`/api/packages/${sha256}/verify`, { method: 'POST', body: { cluster: chosen, host: at } }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.packages }),
  })
  if (clusters.length === 0) return <p className="t3 sm">{say('package.no-cluster')}</p>
  return (
    <div className="flex flex-col gap-3">
      <div className="grid items-end gap-3 sm:grid-cols-2">
        <SelectField
          label={say('package.ask-cluster')}
          value={chosen}
          options={clusters.map(({ name }) => ({ value: name, label: name }))}
          onChange={(event) => setCluster(event.target.value)}
        />
        <SelectField
          label={say('package.ask-host')}
          value={at}
          options={hosts.map((one) => ({ value: one, label: one }))}
          onChange={(event) => setHost(event.target.value)}
        />
      </div>
      <ErrorNote error={ask.error} />
      <div>
        <Button
          busy={ask.isPending}
          reason={role === 'viewer' ? say('role.needs-operator') : at === '' ? say('package.ask-host-none') : undefined}
          onClick={() => ask.mutate()}
        >
          {say('package.ask', { flag })}
        </Button>
      </div>
    </div>
  )
}
