'use client'

import { useEffect, useRef } from 'react'
import { useWords } from '@/components/data/words'
import { DropFile } from '@/components/package/drop-file'
import { UploadBar } from '@/components/package/upload-bar'
import { useUpload } from '@/components/package/use-upload'
import type { WizardAt } from '@/components/rolling/wizard-page'
import { Button } from '@/components/ui/button'
import { AreaField, Field, Tick } from '@/components/ui/field'
import { fileSizeText } from '@/components/ui/time'
import type { FilesDraft } from './draft'

type Step = WizardAt<FilesDraft> & { maySudo: boolean; sudo: boolean }

/** Names that every component has, and those that some have. */
const values = ['DeployDir', 'LogDir', 'DataDir', 'Port', 'Name'] as const

/** Which way, which file, where, as whom. */
export function WhatStep(at: Step) {
  const { say } = useWords()
  const { draft, change } = at
  return (
    <div className="flex max-w-[720px] flex-col gap-5 p-5">
      <fieldset className="grid grid-cols-2 gap-3 max-md:grid-cols-1">
        <legend className="sr-only">{say('files.what')}</legend>
        {(['push', 'pull'] as const).map((verb) => (
          <Choice key={verb} name="files-verb" on={draft.verb === verb} onChoose={() => change({ verb })}>
            <b>{say(`files.verb.${verb}`)}</b>
            <small>{say(`files.verb.${verb}-note`)}</small>
          </Choice>
        ))}
      </fieldset>
      {draft.verb === 'push' ? <Sent {...at} /> : <Fetched {...at} />}
      <As {...at} />
      <Field
        id="files-width"
        inputMode="numeric"
        label={say('exec.width')}
        hint={say('reach.width-help')}
        value={draft.atOnce}
        onChange={(event) => change({ atOnce: event.target.value.trim() })}
      />
    </div>
  )
}

function Choice(props: { name: string; on: boolean; barred?: boolean; onChoose: () => void; children: React.ReactNode }) {
  return (
    <label className="choice" data-on={props.on}>
      <input
        type="radio"
        name={props.name}
        className="mt-1 size-3.5 accent-(--accent)"
        checked={props.on}
        aria-disabled={props.barred ? true : undefined}
        onChange={() => (props.barred ? undefined : props.onChoose())}
      />
      <span>{props.children}</span>
    </label>
  )
}

function Sent({ draft, change }: Step) {
  const { say } = useWords()
  return (
    <>
      <Chosen file={draft.file} onFile={(file) => change({ file })} />
      <div className="flex flex-col gap-1">
        <Field
          id="files-path"
          mono
          spellCheck={false}
          autoCapitalize="off"
          label={say('files.path')}
          hint={say('files.path-help')}
          value={draft.path}
          onChange={(event) => change({ path: event.target.value })}
        />
        <Values onInsert={(text) => change({ path: draft.path + text })} />
      </div>
      <div className="grid grid-cols-2 items-start gap-4 max-md:grid-cols-1">
        <Field
          id="files-mode"
          mono
          label={say('files.mode')}
          hint={say('files.mode-help')}
          value={draft.mode}
          onChange={(event) => change({ mode: event.target.value.trim() })}
        />
        <div className="pt-7 max-md:pt-0">
          <Tick checked={draft.backup} onChange={(backup) => change({ backup })}>
            {say('files.backup')}
          </Tick>
        </div>
      </div>
    </>
  )
}

type FileProps = { file: FilesDraft['file']; onFile: (file: FilesDraft['file']) => void }

/** The upload goes on while the rest is typed. */
function Chosen({ file, onFile }: FileProps) {
  const { say } = useWords()
  const { upload, send, pause, resume, cancel, clear } = useUpload()
  const pick = useRef<HTMLInputElement>(null)
  const finished = upload?.state === 'sent' ? upload : undefined
  useEffect(() => {
    if (!finished?.id) return
    onFile({ id: finished.id, name: finished.name, sizeBytes: finished.totalBytes })
    clear()
  }, [finished, onFile, clear])
  const begin = (chosen: File): void => {
    onFile(null)
    send(chosen)
  }
  return (
    <DropFile text={say('files.drop')} onFile={begin}>
      <p className="m pb-1">{say('files.file')}</p>
      <div className="row flex-wrap">
        <Button id="files-choose" onClick={() => pick.current?.click()}>
          {say(file ? 'files.choose-other' : 'files.choose')}
        </Button>
        <input
          ref={pick}
          type="file"
          className="hidden"
          aria-label={say('files.file')}
          onChange={(event) => {
            const chosen = event.target.files?.[0]
            event.target.value = ''
            if (chosen) begin(chosen)
          }}
        />
        {file ? (
          <span role="status">
            <span className="mono break-all">{file.name}</span> <span className="t3 n">{fileSizeText(file.sizeBytes)}</span>
          </span>
        ) : null}
      </div>
      <p className="t3 sm pt-1">{say('files.file-help')}</p>
      {upload && !finished ? (
        <UploadBar upload={upload} note={say('packages.resume-note')} onPause={pause} onResume={resume} onCancel={cancel} onClose={clear} />
      ) : null}
    </DropFile>
  )
}

function Fetched({ draft, change }: Step) {
  const { say } = useWords()
  return (
    <div className="flex flex-col gap-1">
      <AreaField
        id="files-paths"
        rows={4}
        spellCheck={false}
        autoCapitalize="off"
        style={{ fontFamily: 'var(--mono, monospace)' }}
        label={say('files.paths')}
        hint={say('files.paths-help')}
        value={draft.paths}
        onChange={(event) => change({ paths: event.target.value })}
      />
      <Values onInsert={(text) => change({ paths: draft.paths + text })} />
    </div>
  )
}

function Values({ onInsert }: { onInsert: (text: string) => void }) {
  const { say } = useWords()
  return (
    <div className="row flex-wrap pt-1">
      <span className="t3 sm w-full">{say('exec.values')}</span>
      {values.map((name) => (
        <Button key={name} size="small" aria-label={say('exec.value-add', { name: `.${name}` })} onClick={() => onInsert(`{{ .${name} }}`)}>
          <span className="mono">{`{{ .${name} }}`}</span>
        </Button>
      ))}
    </div>
  )
}

function As({ cluster, draft, change, maySudo, sudo }: Step) {
  const { say } = useWords()
  return (
    <fieldset className="grid grid-cols-2 gap-3 max-md:grid-cols-1">
      <legend className="m pb-2">{say('files.who')}</legend>
      <Choice name="files-who" on={!sudo} onChoose={() => change({ sudo: false })}>
        <b>{say('exec.as-deploy', { user: cluster.user })}</b>
        <small>{say('files.as-deploy-note')}</small>
      </Choice>
      <Choice name="files-who" on={sudo} barred={!maySudo} onChoose={() => change({ sudo: true })}>
        <b>{say('exec.as-root')}</b>
        <small>{say(maySudo ? `files.as-root-${draft.verb}` : 'files.no-sudo')}</small>
      </Choice>
    </fieldset>
  )
}
