'use client'

import { useState } from 'react'
import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { SelectField } from '@/components/ui/field'

/** To which free worker a source goes; then it is reviewed. */
export function TransferDialog(props: { source: string; free: readonly string[]; onClose: () => void; onLine: (line: string) => void }) {
  const { say } = useWords()
  const [worker, setWorker] = useState(props.free[0] ?? '')
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={say('source.transfer-title', { source: props.source })}
      footer={
        <>
          <Button onClick={props.onClose}>{say('operate.keep')}</Button>
          <Button
            look="primary"
            reason={props.free.length === 0 ? say('source.no-free') : undefined}
            onClick={() => {
              props.onLine(`transfer-source ${props.source} ${worker}`)
              props.onClose()
            }}
          >
            {say('operate.plan')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p className="t2">{say(props.free.length === 0 ? 'source.no-free' : 'source.transfer-note')}</p>
        {props.free.length === 0 ? null : (
          <SelectField
            label={say('source.transfer-to')}
            value={worker}
            onChange={(event) => setWorker(event.target.value)}
            options={props.free.map((one) => ({ value: one, label: one }))}
          />
        )}
      </div>
    </Dialog>
  )
}
