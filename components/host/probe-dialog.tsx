'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { runErrand, useCredentials, useSend } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { type HopRow, JumpFields, jumpOf, useJumpProblem } from '@/components/plan/jump-fields'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { AreaField, SelectField } from '@/components/ui/field'
import { type Shape, Status } from '@/components/ui/status-shape'
import type { ErrandView, ProbedHost } from '@/server/domain/api'
import { ChangedKeyDialog, withoutEnd } from './changed-key-dialog'

const shapes: Record<ProbedHost['state'], Shape> = { new: 'free', pinned: 'ok', changed: 'bad', unreachable: 'unknown' }

/** `10.0.0.1`, `10.0.0.1:2222`, `[fd00::1]:22`, or a bare IPv6 address. */
export const hostsOf = (text: string): { address: string; port: number }[] =>
  text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((line) => {
      const match = /^\[(.+)\]:(\d+)$/.exec(line) ?? /^([^:]+):(\d+)$/.exec(line)
      return match ? { address: match[1] ?? line, port: Number(match[2]) } : { address: line.replace(/^\[|\]$/g, ''), port: 22 }
    })

/** `hosts` given: they are looked at at once. Reads host keys, has new ones confirmed, stops hard at changed ones. No credential is sent before a key is pinned. */
export function ProbeDialog({ hosts = '', onClose }: { hosts?: string; onClose: () => void }) {
  const { say } = useWords()
  const credentials = useCredentials().data ?? []
  const [text, setText] = useState(hosts)
  const [credentialId, setCredential] = useState('')
  const [changed, setChanged] = useState<ProbedHost>()
  const [hops, setHops] = useState<readonly HopRow[]>([])
  const astray = useJumpProblem(hops)
  const client = useQueryClient()
  const probe = useMutation({
    mutationFn: () =>
      runErrand<ProbedHost[]>(() =>
        api<ErrandView>('/api/hosts/probe', {
          method: 'POST',
          body: { hosts: hostsOf(text), ...(credentialId && { credentialId }), ...(hops.length > 0 && { jump: jumpOf(hops) }) },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.hosts }),
  })
  const { mutate } = probe
  useEffect(() => {
    if (hosts) mutate()
  }, [hosts, mutate])
  const confirm = useSend(
    (hosts: readonly ProbedHost[]) =>
      api('/api/host-keys', {
        method: 'POST',
        body: { keys: hosts.map(({ address, port, keyType, key }) => ({ address, port, keyType, key })) },
      }),
    [keys.hosts],
  )
  const fresh = (probe.data ?? []).filter((host) => host.state === 'new')
  const confirmAll = (): void => confirm.mutate(fresh, { onSuccess: () => probe.mutate() })
  return (
    <>
      <Dialog
        open={!changed}
        onClose={onClose}
        width={680}
        title={say('hosts.check')}
        footer={
          <>
            <Button onClick={onClose}>{say('act.close')}</Button>
            <Button
              look={fresh.length ? 'secondary' : 'primary'}
              busy={probe.isPending}
              reason={astray}
              onClick={() => (text.trim() ? probe.mutate() : undefined)}
            >
              {say('hosts.probe')}
            </Button>
            {fresh.length ? (
              <Button look="primary" busy={confirm.isPending} onClick={confirmAll}>
                {say('hosts.confirm', { count: fresh.length })}
              </Button>
            ) : null}
          </>
        }
      >
        <div className="flex flex-col gap-3">
          <AreaField label={say('hosts.list')} rows={4} value={text} onChange={(event) => setText(event.target.value)} />
          <SelectField
            label={say('hosts.credential')}
            value={credentialId}
            onChange={(event) => setCredential(event.target.value)}
            options={[
              { value: '', label: say('hosts.no-login') },
              ...credentials.map(({ id, name, username }) => ({ value: id, label: `${name} (${username})` })),
            ]}
          />
          <details>
            <summary className="m sm t2 mb-1">{say('reach.title')}</summary>
            <JumpFields rows={hops} onChange={setHops} />
          </details>
          <ErrorNote error={probe.error ?? confirm.error} />
          {fresh.length ? (
            <p className="t2 sm">
              {say('hosts.confirm-note')} <code>ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub</code>
            </p>
          ) : null}
          {probe.data ? <Results hosts={probe.data} onChanged={setChanged} /> : null}
        </div>
      </Dialog>
      {changed ? (
        <ChangedKeyDialog
          host={changed}
          onClose={(pinned) => {
            setChanged(undefined)
            if (pinned) probe.mutate()
          }}
        />
      ) : null}
    </>
  )
}

function Results({ hosts, onChanged }: { hosts: readonly ProbedHost[]; onChanged: (host: ProbedHost) => void }) {
  const { say } = useWords()
  return (
    <ul aria-label={say('hosts.result')} aria-live="polite">
      {hosts.map((host) => (
        <li key={`${host.address}:${host.port}`} className="border-(--line) border-b py-1.5">
          <div className="row">
            <span className="mono m">
              {host.address}:{host.port}
            </span>
            <Status shape={shapes[host.state]}>{say(`hosts.state.${host.state}`)}</Status>
            <span className="sm t2">
              {host.login === 'not-tried' ? '' : say(`hosts.login.${host.login}`)} {host.os} {host.arch}
            </span>
            <span className="grow" />
            {host.state === 'changed' ? (
              <Button size="small" look="danger" onClick={() => onChanged(host)}>
                {say('hosts.open-changed')}
              </Button>
            ) : null}
          </div>
          {host.fingerprint && host.state !== 'changed' ? (
            <div className="mono t2 break-all">
              {host.keyType} {host.fingerprint}
            </div>
          ) : null}
          {host.state === 'changed' ? (
            <div role="alert">
              <dl className="grid grid-cols-[88px_minmax(0,1fr)] text-[12px]">
                <dt className="t2">{say('hosts.changed-pinned')}</dt>
                <dd className="mono break-all">{host.pinnedFingerprint}</dd>
                <dt className="t2">{say('hosts.changed-now')}</dt>
                <dd className="mono bad break-all">{withoutEnd(host.fingerprint)}</dd>
              </dl>
            </div>
          ) : null}
          {host.error || host.loginError ? <div className="bad sm">{host.error || host.loginError}</div> : null}
        </li>
      ))}
    </ul>
  )
}
