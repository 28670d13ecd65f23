'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { FileText } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { runErrand, useSession } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Segmented } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { AreaField, Field } from '@/components/ui/field'
import { FilePick } from '@/components/ui/file-pick'
import type { ErrandView, MirrorView } from '@/server/domain/api'

type Trust = 'theirs' | 'own'
type Props = { location: string; mirrors: readonly MirrorView[]; onLocation: (location: string) => void }

/** Where a mirror lies, and by which root it is judged: its own, or one that came another way. */
export function MirrorSource({ location, mirrors, onLocation }: Props) {
  const { say } = useWords()
  const client = useQueryClient()
  const viewer = useSession().data?.user?.role === 'viewer'
  const [trust, setTrust] = useState<Trust>('theirs')
  const [rootJson, setRootJson] = useState('')
  const open = useMutation({
    mutationFn: () => {
      const body = { location: location.trim(), ...(trust === 'own' && { rootJson }) }
      return runErrand<unknown>(() => api<ErrandView>('/api/mirror', { method: 'POST', body }))
    },
    onSuccess: () => client.invalidateQueries({ queryKey: keys.mirror }),
  })
  const bad = trust === 'own' && rootJson.trim() ? brokenJson(rootJson) : undefined
  const empty = trust === 'own' && !rootJson.trim() ? say('mirror.own-root-empty') : undefined
  const reason = viewer ? say('role.needs-operator') : (empty ?? (bad && say('mirror.own-root-bad', { why: bad })))
  const change = (next: string): void => {
    open.reset()
    onLocation(next)
  }
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        if (!reason) open.mutate()
      }}
    >
      <Known mirrors={mirrors} location={location} onLocation={change} />
      <Field
        mono
        required
        spellCheck={false}
        label={say('mirror.location')}
        value={location}
        onChange={(event) => change(event.target.value)}
        hint={say('mirror.location-help')}
      />
      <div className="field">
        <span className="flabel">{say('mirror.trust')}</span>
        <Segmented<Trust>
          small
          label={say('mirror.trust')}
          value={trust}
          onChange={setTrust}
          options={(['theirs', 'own'] as const).map((value) => ({ value, label: say(`mirror.trust-${value}`) }))}
        />
      </div>
      {trust === 'own' ? (
        <>
          <AreaField
            rows={6}
            spellCheck={false}
            label={say('mirror.own-root')}
            hint={say('mirror.own-root-help')}
            error={bad && say('mirror.own-root-bad', { why: bad })}
            value={rootJson}
            onChange={(event) => setRootJson(event.target.value)}
          />
          <div>
            <FilePick label={say('key.paste-file')} accept=".json" size="small" onPick={(file) => void file.text().then(setRootJson)}>
              <FileText className="i" aria-hidden="true" />
              {say('key.paste-file')}
            </FilePick>
          </div>
        </>
      ) : null}
      <div>
        <Button type="submit" reason={reason} busy={open.isPending}>
          {say('mirror.read')}
        </Button>
      </div>
      <ErrorNote error={open.error} />
    </form>
  )
}

/** The mirrors that were read before, when there is more than one to choose from. */
function Known({ mirrors, location, onLocation }: Props) {
  const { say } = useWords()
  if (mirrors.length === 0) return null
  const known = mirrors.some((one) => one.location === location)
  return (
    <select
      className="in w-full"
      aria-label={say('mirror.known')}
      value={known ? location : ''}
      onChange={(event) => onLocation(event.target.value)}
    >
      <option value="">{say('mirror.new')}</option>
      {mirrors.map((one) => (
        <option key={one.location} value={one.location}>
          {one.location}
        </option>
      ))}
    </select>
  )
}

/** Why a text is no JSON. */
const brokenJson = (text: string): string | undefined => {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
