'use client'

import { useRouter } from 'next/navigation'
import { useRef, useState } from 'react'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { AreaField, Field, SelectField } from '@/components/ui/field'
import { StatusShape } from '@/components/ui/status-shape'
import type { HotfixPreview } from '@/server/domain/api-packages'
import { DropFile } from './drop-file'
import { HotfixTrees } from './hotfix-trees'
import { UploadBar } from './upload-bar'
import { useHotfix } from './use-hotfix'
import { useUpload } from './use-upload'

const platforms = ['linux/amd64', 'linux/arm64']

/** Running version and upload in, packages for `tiup dm patch` out; both trees are shown before anything is kept. */
export function HotfixPage() {
  const { say } = useWords()
  const router = useRouter()
  const uploading = useUpload()
  const { upload } = uploading
  const hotfix = useHotfix(upload?.id)
  const [why, setWhy] = useState({ ticket: '', notes: '' })
  const { preview, save } = hotfix
  const ready = preview.data && !preview.isPlaceholderData && errorsOf(preview.data) === 0 ? preview.data.packages : undefined
  const reason = !preview.data ? say('hotfix.not-yet') : ready ? undefined : say('hotfix.has-errors')
  const send = (file: File): void => {
    hotfix.change({ components: undefined, placements: [] })
    uploading.send(file)
  }
  const onSave = (): void =>
    save.mutate(why, {
      onSuccess: ({ packages }) => {
        const [only] = packages
        router.push(packages.length === 1 && only ? `/packages/${only.sha256}` : '/packages?only=hotfix')
      },
    })
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <header className="ph border-(--line) border-b pb-4">
        <h1>{say('hotfix.title')}</h1>
        <Button look="ghost" className="ml-auto" onClick={() => router.push('/packages')}>
          {say('hotfix.leave')}
        </Button>
      </header>
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)_304px] max-lg:grid-cols-1! max-lg:overflow-auto">
        <DropFile text={say('hotfix.drop')} onFile={send} className="wmain">
          <p className="pad t2 pt-4">{say('hotfix.note')}</p>
          <Base hotfix={hotfix} />
          <Source uploading={uploading} onFile={send} />
          <div className="pad pt-4 pb-8" aria-live="polite">
            {preview.isFetching ? (
              <p className="row t2">
                <StatusShape shape="busy" />
                {say('hotfix.reading')}
              </p>
            ) : null}
            <ErrorNote error={preview.error ?? save.error} />
            {preview.data ? <HotfixTrees key={upload?.id} preview={preview.data} chosen={hotfix.chosen} change={hotfix.change} /> : null}
          </div>
        </DropFile>
        <Side preview={preview.data} why={why} onWhy={setWhy} />
      </div>
      <footer className="wfoot">
        <Button look="primary" size="large" className="ml-auto" busy={save.isPending} reason={reason} onClick={onSave}>
          {ready && ready.length > 1 ? say('hotfix.save', { count: ready.length }) : say('hotfix.save-one')}
        </Button>
      </footer>
    </div>
  )
}

const errorsOf = (preview: HotfixPreview): number =>
  [...preview.problems, ...preview.packages.flatMap(({ problems }) => problems)].filter(({ severity }) => severity === 'error').length

function Base({ hotfix }: { hotfix: ReturnType<typeof useHotfix> }) {
  const { say } = useWords()
  const { versions, chosen, change } = hotfix
  return (
    <div className="pad grid max-w-3xl gap-3 pt-4 sm:grid-cols-2">
      <SelectField
        label={say('hotfix.version')}
        value={chosen.version}
        hint={versions.length === 0 ? say('hotfix.version-none') : undefined}
        options={versions.map(({ version, clusters }) => ({
          value: version,
          label: clusters.length > 0 ? say('hotfix.version-of', { version, clusters: clusters.join(', ') }) : version,
        }))}
        onChange={(event) => change({ version: event.target.value })}
      />
      <SelectField
        label={say('hotfix.platform')}
        value={`${chosen.os}/${chosen.arch}`}
        options={platforms.map((value) => ({ value, label: value }))}
        onChange={(event) => {
          const [os = '', arch = ''] = event.target.value.split('/')
          change({ os, arch })
        }}
      />
    </div>
  )
}

function Source({ uploading, onFile }: { uploading: ReturnType<typeof useUpload>; onFile: (file: File) => void }) {
  const { say } = useWords()
  const file = useRef<HTMLInputElement>(null)
  const { upload } = uploading
  return (
    <>
      {upload && upload.state !== 'sent' ? (
        <UploadBar
          upload={upload}
          note={say('packages.resume-note')}
          onPause={uploading.pause}
          onResume={uploading.resume}
          onCancel={uploading.cancel}
          onClose={uploading.clear}
        />
      ) : null}
      <div className="pad pt-4">
        <div className="note row max-w-3xl flex-wrap">
          {upload?.state === 'sent' ? (
            <>
              <StatusShape shape="done" />
              <span className="mono min-w-0 break-all">{upload.name}</span>
            </>
          ) : (
            <span className="t2 min-w-0 flex-1 basis-80">{say('hotfix.drop-note')}</span>
          )}
          <span className="grow" />
          <Button look={upload ? 'secondary' : 'primary'} onClick={() => file.current?.click()}>
            {say(upload ? 'hotfix.replace' : 'hotfix.choose')}
          </Button>
          <input
            ref={file}
            type="file"
            className="hidden"
            aria-label={say('hotfix.choose')}
            onChange={(event) => {
              const chosen = event.target.files?.[0]
              event.target.value = ''
              if (chosen) onFile(chosen)
            }}
          />
        </div>
      </div>
    </>
  )
}

type Why = { ticket: string; notes: string }

function Side({ preview, why, onWhy }: { preview: HotfixPreview | undefined; why: Why; onWhy: (why: Why) => void }) {
  const { say } = useWords()
  const count = (one: HotfixPreview['packages'][number], change: string): number =>
    one.changes.filter((each) => each.change === change).length
  return (
    <aside className="wside max-lg:border-t max-lg:border-l-0" aria-label={say('hotfix.will')}>
      <h2>{say('hotfix.will')}</h2>
      {preview && preview.packages.length > 0 ? (
        <ul className="mb-5 flex flex-col gap-2">
          {preview.packages.map((one) => (
            <li key={one.component}>
              <span className="mono block">{say('hotfix.package-of', { component: one.component })}</span>
              <span className="t2">
                {say('hotfix.will-line', { changed: count(one, 'changed'), added: count(one, 'added'), same: count(one, 'same') })}
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <p className="t3 mb-5">{say('hotfix.will-none')}</p>
      )}
      <h2>{say('hotfix.why')}</h2>
      <div className="flex flex-col gap-3">
        <Field
          label={say('hotfix.ticket')}
          hint={say('hotfix.ticket-help')}
          maxLength={100}
          value={why.ticket}
          onChange={(event) => onWhy({ ...why, ticket: event.target.value })}
        />
        <AreaField
          label={say('hotfix.notes')}
          maxLength={4000}
          value={why.notes}
          onChange={(event) => onWhy({ ...why, notes: event.target.value })}
        />
      </div>
    </aside>
  )
}
