'use client'

import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { StatusShape } from '@/components/ui/status-shape'
import { durationText, sizeText } from '@/components/ui/time'
import type { Upload } from './use-upload'

type Props = { upload: Upload; note: string; onPause: () => void; onResume: () => void; onCancel: () => void; onClose: () => void }

const wordOf = {
  sending: 'packages.sending',
  paused: 'packages.paused',
  waiting: 'packages.waiting',
  sent: 'packages.accepted',
  reading: 'packages.reading',
  accepted: 'packages.accepted',
  refused: 'packages.sending',
} as const
const shapeOf = {
  sending: 'busy',
  paused: 'wait',
  waiting: 'warn',
  sent: 'done',
  reading: 'busy',
  accepted: 'done',
  refused: 'bad',
} as const

/** How far an upload is, with pause, resume and cancel. */
export function UploadBar({ upload, note, onPause, onResume, onCancel, onClose }: Props) {
  const { say } = useWords()
  const { sentBytes, totalBytes, state, since } = upload
  const open = state === 'sending' || state === 'paused' || state === 'waiting'
  const perMs = (sentBytes - since.bytes) / Math.max(1, Date.now() - since.at)
  const percent = Math.round((100 * sentBytes) / Math.max(1, totalBytes))
  if (state === 'refused')
    return (
      <div className="pad py-3">
        <ErrorNote error={upload.error} />
        <div className="row mt-2">
          {upload.id === undefined ? (
            <Button size="small" onClick={onResume}>
              {say('packages.resume')}
            </Button>
          ) : null}
          <Button size="small" onClick={onClose}>
            {say('act.close')}
          </Button>
        </div>
      </div>
    )
  return (
    <div className="pad mt-3 bg-(--busy-bg) py-3" role="status">
      <div className="row sm flex-wrap pb-2">
        <StatusShape shape={shapeOf[state]} />
        <span className="mono break-all">{upload.name}</span>
        <span>{say(wordOf[state])}</span>
        <span className="grow" />
        <span className="n">
          {say('packages.sent', { sent: sizeText(sentBytes), total: sizeText(totalBytes) })}
          {state === 'sending' && perMs > 0 ? ` · ${sizeText(perMs * 1000)}/s · ${durationText((totalBytes - sentBytes) / perMs)}` : ''}
        </span>
        {open ? (
          <Button size="small" onClick={state === 'sending' ? onPause : onResume}>
            {say(state === 'sending' ? 'packages.pause' : 'packages.resume')}
          </Button>
        ) : null}
        <Button size="small" onClick={open ? onCancel : onClose}>
          {say(open ? 'act.cancel' : 'act.close')}
        </Button>
      </div>
      <div className="bar" role="progressbar" aria-label={upload.name} aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100}>
        <i style={{ width: `${percent}%` }} />
      </div>
      {open ? <p className="sm t2 pt-2">{note}</p> : null}
    </div>
  )
}
