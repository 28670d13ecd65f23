'use client'

import { useState } from 'react'
import { ErrorNote } from '@/components/data/states'
import { AgentKeyField, useAgentKeys } from '@/components/host/agent-key'
import type { CredentialRow, ProbedHost } from '@/server/domain/api'

type Say = (word: string, params?: Record<string, string | number>) => string

export type NewCredential = {
  name: string
  username: string
  sudo: 'root' | 'nopasswd' | 'password'
  password?: string
  privateKey?: string
  passphrase?: string
  agent?: { publicKey: string }
  oneTimeFor?: string
}

type Props = {
  say: Say
  cluster: string
  credentials: readonly CredentialRow[]
  chosen: string
  onChoose: (id: string) => void
  onSave: (credential: NewCredential) => Promise<void>
  /** How hosts are reached, where that is chosen here. */
  advanced?: React.ReactNode
  hosts: readonly { address: string; port: number }[]
  probed: readonly ProbedHost[]
  probing: boolean
  onProbe: (withLogin: boolean) => void
  onConfirm: () => Promise<void>
}

/** How the hosts are logged in to, and the proof of who they are: no credential goes to a host whose key is not confirmed. */
export function AccessStep(props: Props) {
  const { say, credentials, chosen, onChoose } = props
  const [adding, setAdding] = useState(false)
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-auto p-5">
      <fieldset className="max-w-[560px]">
        <legend className="font-semibold">{say('deploy.credential')}</legend>
        <p className="mb-2 text-(--text-3)">{say('deploy.credential-help')}</p>
        <div className="flex gap-2">
          <select
            aria-label={say('deploy.credential')}
            value={chosen}
            onChange={(event) => onChoose(event.target.value)}
            className="in l32 flex-1"
          >
            <option value="" />
            {credentials.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name} ({one.username})
              </option>
            ))}
          </select>
          <button type="button" className="btn l32" aria-expanded={adding} onClick={() => setAdding(!adding)}>
            {say('deploy.credential-new')}
          </button>
        </div>
        {adding && (
          <CredentialForm
            say={say}
            cluster={props.cluster}
            onSave={async (credential) => {
              await props.onSave(credential)
              setAdding(false)
            }}
          />
        )}
      </fieldset>
      {props.advanced ? <div className="max-w-[560px]">{props.advanced}</div> : null}
      <HostKeys {...props} />
    </div>
  )
}

function CredentialForm({ say, cluster, onSave }: { say: Say; cluster: string; onSave: (credential: NewCredential) => Promise<void> }) {
  const [by, setBy] = useState<'password' | 'key' | 'agent'>('password')
  const [publicKey, setPublicKey] = useState('')
  const agent = useAgentKeys()
  const [sudo, setSudo] = useState<NewCredential['sudo']>('root')
  const [refused, setRefused] = useState<unknown>(null)
  return (
    <form
      className="note mt-3 grid grid-cols-[120px_minmax(0,1fr)] items-center gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        const form = new FormData(event.currentTarget)
        const field = (name: string) => String(form.get(name) ?? '')
        setRefused(null)
        onSave({
          name: `${field('username')}, ${cluster}`,
          username: field('username').trim(),
          sudo,
          ...(by === 'password' || sudo === 'password' ? { password: field('password') } : {}),
          ...(by === 'key' ? { privateKey: field('privateKey'), ...(field('passphrase') ? { passphrase: field('passphrase') } : {}) } : {}),
          ...(by === 'agent' ? { agent: { publicKey } } : {}),
          ...(form.get('oneTime') ? { oneTimeFor: cluster } : {}),
        }).catch(setRefused)
      }}
    >
      <label htmlFor="cred-user">{say('deploy.user')}</label>
      <input id="cred-user" name="username" required autoComplete="off" defaultValue="root" className="in" />
      <span id="cred-by" className="text-(--text-2)">
        {say('deploy.credential')}
      </span>
      {/* biome-ignore lint/a11y/useSemanticElements: a segmented pair of buttons */}
      <div className="seg w-fit" role="group" aria-labelledby="cred-by">
        <button type="button" aria-pressed={by === 'password'} onClick={() => setBy('password')}>
          {say('deploy.by-password')}
        </button>
        <button type="button" aria-pressed={by === 'key'} onClick={() => setBy('key')}>
          {say('deploy.by-key')}
        </button>
        {agent?.offered ? (
          <button type="button" aria-pressed={by === 'agent'} onClick={() => setBy('agent')}>
            {say('deploy.by-agent')}
          </button>
        ) : null}
      </div>
      {by === 'agent' && agent ? (
        <div className="col-span-2">
          <AgentKeyField agent={agent} chosen={publicKey} onChoose={setPublicKey} />
        </div>
      ) : null}
      {by === 'key' && (
        <>
          <label htmlFor="cred-key">{say('deploy.private-key')}</label>
          <textarea
            id="cred-key"
            name="privateKey"
            required
            rows={4}
            spellCheck={false}
            className="rounded-[5px] border border-(--line-control) bg-(--bg) p-2 font-mono text-[12px]"
          />
          <label htmlFor="cred-phrase">{say('deploy.passphrase')}</label>
          <input id="cred-phrase" name="passphrase" type="password" autoComplete="off" className="in" />
        </>
      )}
      <label htmlFor="cred-sudo">{say('deploy.sudo')}</label>
      <select id="cred-sudo" value={sudo} onChange={(event) => setSudo(asSudo(event.target.value))} className="in">
        {(['root', 'nopasswd', 'password'] as const).map((one) => (
          <option key={one} value={one}>
            {say(`deploy.sudo.${one}`)}
          </option>
        ))}
      </select>
      {(by === 'password' || sudo === 'password') && (
        <>
          <label htmlFor="cred-pass">{say('deploy.password')}</label>
          <input id="cred-pass" name="password" type="password" required autoComplete="off" className="in" />
        </>
      )}
      <label className="col-span-2 flex items-center gap-2">
        <input type="checkbox" name="oneTime" defaultChecked />
        {say('deploy.credential-one-time')}
      </label>
      <div className="col-span-2 empty:hidden">
        <ErrorNote error={refused} />
      </div>
      <button type="submit" className="btn primary col-start-2 w-fit">
        {say('deploy.credential-save')}
      </button>
    </form>
  )
}

const asSudo = (value: string): NewCredential['sudo'] => (value === 'nopasswd' || value === 'password' ? value : 'root')

function HostKeys({ say, hosts, probed, probing, onProbe, onConfirm, chosen }: Props) {
  const found = (host: { address: string; port: number }) => probed.find((one) => one.address === host.address && one.port === host.port)
  const fresh = probed.filter((one) => one.state === 'new').length
  return (
    <section aria-label={say('deploy.host-keys')}>
      <h2 className="font-semibold">{say('deploy.host-keys')}</h2>
      <p className="mb-2 max-w-[720px] text-(--text-3)">{say('deploy.host-keys-help')}</p>
      <div className="mb-3 flex gap-2">
        <button type="button" className="btn" aria-disabled={probing} onClick={() => !probing && onProbe(false)}>
          {say(probed.length > 0 ? 'deploy.scan-again' : 'deploy.scan')}
        </button>
        {fresh > 0 && (
          <button type="button" className="btn primary" onClick={() => void onConfirm()}>
            {say('deploy.key.confirm-all', { count: fresh })}
          </button>
        )}
        {probed.length > 0 && fresh === 0 && chosen !== '' && (
          <button type="button" className="btn" aria-disabled={probing} onClick={() => !probing && onProbe(true)}>
            {say('deploy.login-try')}
          </button>
        )}
      </div>
      {probed.some((one) => one.state === 'changed') && (
        <p role="alert" className="note bad mb-3">
          {say('deploy.key.changed-hint')}
        </p>
      )}
      <table className="tb flush" aria-busy={probing}>
        <thead>
          <tr>
            <th scope="col" className="w-44">
              {say('deploy.host')}
            </th>
            <th scope="col" className="w-32">
              {say('deploy.state')}
            </th>
            <th scope="col">{say('deploy.fingerprint')}</th>
            <th scope="col" className="w-56">
              {say('deploy.login')}
            </th>
          </tr>
        </thead>
        <tbody>
          {hosts.map((host) => {
            const one = found(host)
            return (
              <tr key={`${host.address}:${host.port}`}>
                <td className="font-mono">
                  {host.address}:{host.port}
                </td>
                <td className={one?.state === 'changed' || one?.state === 'unreachable' ? 'text-(--bad)' : ''} title={one?.error}>
                  {one ? say(`deploy.key.${one.state}`) : '–'}
                </td>
                <td className="font-mono" title={one?.fingerprint}>
                  {one?.fingerprint ? `${one.keyType} ${one.fingerprint}` : (one?.error ?? '')}
                </td>
                <td className={one?.login === 'refused' || one?.login === 'failed' ? 'text-(--bad)' : ''} title={one?.loginError}>
                  {one ? `${say(`deploy.login.${one.login}`)} ${one.os ? `${one.os}/${one.arch}` : one.loginError}` : '–'}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
