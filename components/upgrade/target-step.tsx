'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { upgradeKey } from '@/components/data/operation-queries'
import { runErrand } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { EmptyState } from '@/components/ui/banner'
import { Button, ButtonLink } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { Status } from '@/components/ui/status-shape'
import type { ErrandView } from '@/server/domain/api'
import type { UpgradeTarget, UpgradeView } from '@/server/domain/api-upgrades'
import { targetOf } from './versions'

type Props = { cluster: string; upgrade: UpgradeView; version: string; onChange: (version: string) => void; children: React.ReactNode }

/** Versions of the store and of confirmed mirrors; what is missing can be fetched here, before anything else. */
export function TargetStep({ cluster, upgrade, version, onChange, children }: Props) {
  const { say } = useWords()
  const target = targetOf(upgrade.targets, version)
  return (
    <div className="flex flex-col gap-4 p-5">
      <div className="max-w-[320px]">
        <Field
          id="upgrade-version"
          label={say('upgrade.version')}
          hint={say('upgrade.version-help')}
          value={version}
          mono
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onChange(event.target.value)}
        />
      </div>
      {upgrade.targets.length === 0 ? (
        <EmptyState title={say('upgrade.none')} action={<ButtonLink href="/packages">{say('upgrade.to-packages')}</ButtonLink>}>
          {say('upgrade.none-note')}
        </EmptyState>
      ) : (
        <Targets upgrade={upgrade} chosen={target?.version} onChange={onChange} />
      )}
      {children}
      {target && target.missing.length > 0 ? <Missing key={target.version} cluster={cluster} target={target} /> : null}
    </div>
  )
}

const shapes = { up: 'ok', same: 'same', nightly: 'warn', down: 'bad' } as const

function Targets({ upgrade, chosen, onChange }: { upgrade: UpgradeView; chosen: string | undefined; onChange: (version: string) => void }) {
  const { say } = useWords()
  return (
    <div className="tbwrap max-w-[760px]">
      <table className="tb" aria-label={say('upgrade.targets')}>
        <thead>
          <tr>
            <th scope="col">{say('upgrade.version')}</th>
            <th scope="col">{say('upgrade.direction', { version: upgrade.version })}</th>
            <th scope="col">{say('upgrade.at-hand')}</th>
          </tr>
        </thead>
        <tbody>
          {upgrade.targets.map((target) => (
            <tr key={target.version} aria-selected={chosen === target.version || undefined}>
              <td>
                <label className="row cursor-pointer">
                  <input
                    type="radio"
                    name="upgrade-target"
                    className="size-3.5 accent-(--accent)"
                    aria-label={say('upgrade.choose', { version: target.version })}
                    checked={chosen === target.version}
                    onChange={() => onChange(target.version)}
                  />
                  <span className={`mono ${target.direction === 'down' ? 't3' : ''}`}>{target.version}</span>
                </label>
              </td>
              <td>
                <Status shape={shapes[target.direction]}>{say(`upgrade.direction.${target.direction}`)}</Status>
              </td>
              <td className={target.missing.length > 0 ? 'warn' : 't2'}>
                {target.missing.length === 0
                  ? say('upgrade.all-here')
                  : say(target.mirrors.length > 0 ? 'upgrade.from-mirror' : 'upgrade.some-missing', { count: target.missing.length })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Missing({ cluster, target }: { cluster: string; target: UpgradeTarget }) {
  const { say } = useWords()
  const client = useQueryClient()
  const location = target.mirrors[0]
  const fetching = useMutation({
    mutationFn: () => {
      const wanted = target.missing.map(({ component, version, os, arch }) => ({ component, version, os, arch }))
      return runErrand<unknown>(() => api<ErrandView>('/api/packages/fetch', { method: 'POST', body: { location, wanted } }))
    },
    onSettled: () =>
      Promise.all([client.invalidateQueries({ queryKey: keys.packages }), client.invalidateQueries({ queryKey: upgradeKey(cluster) })]),
  })
  return (
    <section className="max-w-[760px]" aria-label={say('upgrade.missing')}>
      <h2 className="m mb-1">{say('upgrade.missing')}</h2>
      <ul className="mono t2 mb-2">
        {target.missing.map(({ fileName }) => (
          <li key={fileName}>{fileName}</li>
        ))}
      </ul>
      <ErrorNote error={fetching.error} />
      {location === undefined ? <p className="t2 mb-2">{say('upgrade.no-mirror')}</p> : null}
      <div className="row mt-2">
        {location === undefined ? null : (
          <Button id="upgrade-fetch" look="primary" busy={fetching.isPending} onClick={() => fetching.mutate()}>
            {say('upgrade.fetch', { count: target.missing.length })}
          </Button>
        )}
        <ButtonLink href="/packages">{say('upgrade.to-packages')}</ButtonLink>
        {location === undefined ? null : <span className="t3 sm mono tr">{location}</span>}
      </div>
    </section>
  )
}
