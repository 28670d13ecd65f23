'use client'

import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { AreaField } from '@/components/ui/field'
import { FilePick } from '@/components/ui/file-pick'
import { templateFor } from './templates'
import type { GivenFile } from './use-dm'

type Props = { command: string; names: readonly string[]; files: Readonly<Record<string, GivenFile>>; onChange: (file: GivenFile) => void }

/** The files that a line names, each written here or uploaded. They are in this page's memory only. */
export function LineFiles({ command, names, files, onChange }: Props) {
  const { say } = useWords()
  const template = templateFor(command)
  const archive = command === 'config import'
  return (
    <section aria-label={say('console.files')} className="flex flex-col gap-3">
      {names.map((name) => {
        const given = files[name]
        const upload = (file: File): void =>
          void (archive
            ? base64Of(file).then((base64) => onChange({ name, base64 }))
            : file.text().then((text) => onChange({ name, text })))
        return (
          <div key={name}>
            {archive ? (
              <p className="m">
                <span className="mono">{name}</span>{' '}
                <span className="t3 sm">
                  {given?.base64
                    ? say('console.file-archive', { kib: Math.ceil((given.base64.length * 3) / 4096) })
                    : say('console.file-none')}
                </span>
              </p>
            ) : (
              <AreaField
                label={say('console.file', { file: name })}
                hint={say('console.file-note')}
                rows={10}
                spellCheck={false}
                autoCapitalize="off"
                value={given?.text ?? ''}
                onChange={(event) => onChange({ name, text: event.target.value })}
              />
            )}
            <div className="row mt-2">
              <FilePick label={say('console.file-upload', { file: name })} size="small" onPick={upload}>
                {say('console.file-upload', { file: name })}
              </FilePick>
              {template && !given?.text ? (
                <Button size="small" onClick={() => onChange({ name, text: template })}>
                  {say('console.file-template')}
                </Button>
              ) : null}
            </div>
          </div>
        )
      })}
    </section>
  )
}

const base64Of = async (file: File): Promise<string> => {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(text)
}
