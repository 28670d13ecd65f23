'use client'

import { Plus, Upload } from 'lucide-react'
import { useState } from 'react'
import { useCredentials } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { CredentialDialog } from '@/components/host/credential-dialog'
import { JumpFields } from '@/components/plan/jump-fields'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Field, SelectField } from '@/components/ui/field'
import { FilePick } from '@/components/ui/file-pick'
import { StatusShape } from '@/components/ui/status-shape'
import { sizeText } from '@/components/ui/time'
import type { Place, Typed } from './source'
import { useArchive } from './use-archive'

type Props = { typed: Typed; onType: (typed: Typed) => void }

/** The fields of one place; those of the others keep what was typed. */
export function SourceForm({ place, ...props }: Props & { place: Place }) {
  if (place === 'path') return <PathFields {...props} />
  return place === 'archive' ? <ArchiveFields {...props} /> : <SshFields {...props} />
}

function PathFields({ typed, onType }: Props) {
  const { say } = useWords()
  return (
    <Field
      mono
      label={say('adopt.path')}
      value={typed.path}
      onChange={(event) => onType({ ...typed, path: event.target.value })}
      hint={say('adopt.path-help')}
    />
  )
}

const pack = 'tar -czf dm.tar.gz -C ~/.tiup/storage/dm clusters audit'

function ArchiveFields({ typed, onType }: Props) {
  const { say } = useWords()
  const { sending, error, send, cancel } = useArchive((archive) => onType({ ...typed, archive }))
  return (
    <div className="flex flex-col gap-3">
      <div>
        <p className="t2 sm mb-1">{say('adopt.archive-how')}</p>
        <div className="cmd">
          <span className="p">$</span>
          <span className="grow">{pack}</span>
          <CopyButton text={pack} label={say('act.copy')} />
        </div>
      </div>
      <div className="row flex-wrap">
        <FilePick
          label={say('adopt.archive')}
          accept=".gz,.tgz"
          busy={sending !== undefined}
          onPick={(file) => {
            onType({ ...typed, archive: undefined })
            void send(file)
          }}
        >
          <Upload className="i" aria-hidden="true" />
          {say(typed.archive ? 'adopt.archive-other' : 'adopt.archive-choose')}
        </FilePick>
        {typed.archive ? (
          <span className="row sm" role="status">
            <StatusShape shape="done" />
            <span className="mono">{typed.archive.name}</span>
            {say('adopt.archive-read')}
          </span>
        ) : null}
        {sending ? (
          <>
            <span className="row sm" role="status">
              <span className="mono">{sending.name}</span>
              <span className="n t2">
                {say('adopt.archive-sending', { sent: sizeText(sending.sentBytes), total: sizeText(sending.totalBytes) })}
              </span>
            </span>
            <Button size="small" onClick={cancel}>
              {say('act.cancel')}
            </Button>
          </>
        ) : null}
      </div>
      {sending ? (
        <div className="bar">
          <i style={{ width: `${(100 * sending.sentBytes) / Math.max(1, sending.totalBytes)}%` }} />
        </div>
      ) : null}
      <p className="t3 sm">{say('adopt.archive-kept')}</p>
      <ErrorNote error={error} />
    </div>
  )
}

function SshFields({ typed, onType }: Props) {
  const { say } = useWords()
  const credentials = useCredentials()
  const [adding, setAdding] = useState(false)
  const { ssh } = typed
  const set = (name: keyof typeof ssh) => (event: { target: { value: string } }) =>
    onType({ ...typed, ssh: { ...ssh, [name]: event.target.value } })
  return (
    <div className="flex flex-col gap-3">
      <div className="grid grid-cols-[minmax(0,1fr)_112px] gap-3">
        <Field
          mono
          autoComplete="off"
          spellCheck={false}
          label={say('adopt.ssh-address')}
          value={ssh.address}
          onChange={set('address')}
          required
        />
        <Field mono inputMode="numeric" label={say('adopt.ssh-port')} value={ssh.port} onChange={set('port')} required />
      </div>
      <div className="grid grid-cols-[minmax(0,1fr)_auto] items-end gap-3">
        <SelectField
          label={say('adopt.ssh-login')}
          value={ssh.credentialId}
          onChange={set('credentialId')}
          options={[
            { value: '', label: say('adopt.ssh-login-none') },
            ...(credentials.data ?? []).map(({ id, name, username }) => ({ value: id, label: `${name} (${username})` })),
          ]}
        />
        <Button size="large" onClick={() => setAdding(true)}>
          <Plus className="i" aria-hidden="true" />
          {say('credentials.add')}
        </Button>
      </div>
      <ErrorNote error={credentials.error} />
      <Field
        mono
        autoComplete="off"
        spellCheck={false}
        label={say('adopt.ssh-path')}
        placeholder="~/.tiup/storage/dm"
        value={ssh.path}
        onChange={set('path')}
        hint={say('adopt.ssh-path-help')}
      />
      <details open={ssh.hops.length > 0}>
        <summary className="m sm t2 mb-1">{say('reach.way.jump')}</summary>
        <JumpFields rows={ssh.hops} onChange={(hops) => onType({ ...typed, ssh: { ...ssh, hops } })} />
      </details>
      <p className="t3 sm">{say('adopt.ssh-read')}</p>
      {adding ? <CredentialDialog onClose={() => setAdding(false)} /> : null}
    </div>
  )
}
