'use client'

import { useQueryClient } from '@tanstack/react-query'
import { FileText } from 'lucide-react'
import { useState } from 'react'
import { ApiFailure, api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { type HostKeyRow, useHostKeys, useSend } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Note } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { AreaField, Tick } from '@/components/ui/field'
import { FilePick } from '@/components/ui/file-pick'
import type { ApiError } from '@/server/domain/api'

type Problems = ApiError['problems']
type Pinned = { pinned: number; problems: Problems }

/** Keys of a known_hosts text are pinned; one that differs from a pinned key is a hard stop, with both fingerprints. */
export function KnownHostsDialog({ onClose }: { onClose: () => void }) {
  const { say } = useWords()
  const client = useQueryClient()
  const [text, setText] = useState('')
  const [sure, setSure] = useState(false)
  const send = useSend((replace: boolean) =>
    // A refusal is about some of the lines; the others are pinned.
    api<Pinned>('/api/host-keys/known-hosts', { method: 'POST', body: { text, replace } }).finally(() =>
      client.invalidateQueries({ queryKey: keys.hostKeys }),
    ),
  )
  const stops = stopsOf(send.error)
  const change = (next: string): void => {
    setText(next)
    setSure(false)
    send.reset()
  }
  return (
    <Dialog
      open
      width={680}
      onClose={onClose}
      title={say('key.paste')}
      footer={
        stops.length > 0 ? (
          <>
            <Button onClick={onClose}>{say('hosts.changed-keep')}</Button>
            <Button
              look="danger-solid"
              reason={sure ? undefined : say('key.stop-tick-first')}
              busy={send.isPending}
              onClick={() => send.mutate(true)}
            >
              {say('key.stop-replace')}
            </Button>
          </>
        ) : (
          <>
            <Button onClick={onClose}>{say('act.close')}</Button>
            <Button
              look="primary"
              reason={text.trim() ? undefined : say('key.paste-empty')}
              busy={send.isPending}
              onClick={() => send.mutate(false)}
            >
              {say('key.paste-go')}
            </Button>
          </>
        )
      }
    >
      <div className="flex flex-col gap-3">
        {stops.length > 0 ? (
          <Stop stops={stops} sure={sure} onSure={setSure} />
        ) : (
          <>
            <p className="t2">{say('key.paste-note')}</p>
            <AreaField
              autoFocus
              rows={8}
              spellCheck={false}
              label={say('key.paste-text')}
              value={text}
              onChange={(event) => change(event.target.value)}
            />
            <div>
              <FilePick label={say('key.paste-file')} size="small" onPick={(file) => void file.text().then(change)}>
                <FileText className="i" aria-hidden="true" />
                {say('key.paste-file')}
              </FilePick>
            </div>
            <ErrorNote error={send.error} />
            {send.data ? <Done {...send.data} /> : null}
          </>
        )}
      </div>
    </Dialog>
  )
}

type Stopped = { host: string; fingerprint: string }

const stopsOf = (error: unknown): readonly Stopped[] =>
  error instanceof ApiFailure && error.error.code === 'usecases.host-key-changed'
    ? error.error.problems.map(({ params }) => ({ host: String(params.host ?? ''), fingerprint: String(params.fingerprint ?? '') }))
    : []

const pinnedOf = (rows: readonly HostKeyRow[], host: string): string =>
  rows
    .filter(({ address, port }) => `${address}:${port}` === host)
    .map(({ fingerprint }) => fingerprint)
    .join(' ')

function Stop({ stops, sure, onSure }: { stops: readonly Stopped[]; sure: boolean; onSure: (sure: boolean) => void }) {
  const { say } = useWords()
  const pinned = useHostKeys().data ?? []
  return (
    <>
      <Note tone="bad" title={say(stops.length === 1 ? 'key.stop-one' : 'key.stop', { count: stops.length })}>
        {say('key.stop-note')}
      </Note>
      <ul className="flex max-h-72 flex-col gap-3 overflow-auto">
        {stops.map(({ host, fingerprint }) => (
          <li key={`${host} ${fingerprint}`}>
            <div className="mono m mb-1">{host}</div>
            <dl className="grid grid-cols-[96px_minmax(0,1fr)] overflow-hidden rounded-[5px] border border-(--line)">
              <dt className="t2 p-2">{say('key.stop-pinned')}</dt>
              <dd className="mono break-all p-2">{pinnedOf(pinned, host) || '–'}</dd>
              <dt className="t2 bg-(--bad-bg) p-2">{say('key.stop-text')}</dt>
              <dd className="mono break-all bg-(--bad-bg) p-2">{fingerprint}</dd>
            </dl>
          </li>
        ))}
      </ul>
      <Tick checked={sure} onChange={onSure}>
        {say('key.stop-tick')}
      </Tick>
    </>
  )
}

function Done({ pinned, problems }: Pinned) {
  const { say, sayProblem } = useWords()
  return (
    <Note tone={problems.length > 0 ? 'warn' : 'ok'} title={say(pinned === 1 ? 'key.paste-done-one' : 'key.paste-done', { count: pinned })}>
      {problems.length > 0 ? (
        <>
          <span className="m">{say('key.paste-left-out')}</span>
          <ul className="max-h-40 list-disc overflow-auto pl-4">
            {problems.map((problem) => {
              const { message, hint } = sayProblem(problem)
              return (
                <li key={`${problem.code} ${problem.line}`}>
                  {message} {hint}
                </li>
              )
            })}
          </ul>
        </>
      ) : null}
    </Note>
  )
}
