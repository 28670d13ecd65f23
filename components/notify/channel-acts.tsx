'use client'

import { api } from '@/components/data/api'
import { channelsKey, deliveriesKey, useChannelTest } from '@/components/data/notify-queries'
import { useSend } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Note } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import type { ChannelRow } from '@/server/domain/notify'

type Props = { channel: ChannelRow; onClose: () => void }

export function RemoveChannel({ channel, onClose }: Props) {
  const { say } = useWords()
  const send = useSend(() => api(`/api/channels/${channel.id}`, { method: 'DELETE' }), [channelsKey, deliveriesKey])
  return (
    <Dialog
      open
      onClose={onClose}
      title={say('channels.remove', { name: channel.name })}
      footer={
        <>
          <Button onClick={onClose}>{say('act.cancel')}</Button>
          <Button look="danger-solid" busy={send.isPending} onClick={() => send.mutate(undefined, { onSuccess: onClose })}>
            {say('channels.remove-do')}
          </Button>
        </>
      }
    >
      <ErrorNote error={send.error} />
      <p className="t2">{say('channels.remove-note')}</p>
    </Dialog>
  )
}

/** Really sends a message, and shows what the receiver answered. */
export function TestChannel({ channel, onClose }: Props) {
  const { say } = useWords()
  const test = useChannelTest(channel.id)
  return (
    <Dialog
      open
      onClose={onClose}
      title={say('channels.test-title', { name: channel.name })}
      footer={
        <>
          <Button onClick={onClose}>{say('act.close')}</Button>
          <Button look="primary" busy={test.isFetching} onClick={() => void test.refetch()}>
            {say('deliveries.again')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3" aria-live="polite">
        {test.isFetching ? <p className="t2">{say('channels.testing')}</p> : <Outcome test={test} />}
      </div>
    </Dialog>
  )
}

function Outcome({ test }: { test: ReturnType<typeof useChannelTest> }) {
  const { say, sayProblem } = useWords()
  if (test.error) return <ErrorNote error={test.error} />
  if (!test.data) return null
  const { ok, status, answer, durationMs, error } = test.data
  const wrong = error ? sayProblem(error) : undefined
  return (
    <>
      <Note tone={ok ? 'ok' : 'bad'} title={wrong ? wrong.message : say('channels.test-ok', { status: status ?? 0, ms: durationMs })}>
        {wrong?.hint}
      </Note>
      {status === null ? null : (
        <div>
          <p className="t3 sm pb-1">{say('channels.test-answer')}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <pre className="pre max-h-60 overflow-auto" tabIndex={0}>
            {answer === '' ? say('channels.test-empty') : answer}
          </pre>
        </div>
      )}
    </>
  )
}
