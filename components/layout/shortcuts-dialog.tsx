'use client'

import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'

const rows = [
  [['⌘', 'K'], 'keys.palette'],
  [['/'], 'keys.filter'],
  [['j', 'k'], 'keys.rows'],
  [['↵'], 'keys.open'],
  [['Esc'], 'keys.close'],
  [['y'], 'keys.copy'],
  [['g', 'c'], 'keys.clusters'],
  [['g', 'j'], 'keys.jobs'],
  [['g', 'a'], 'keys.audit'],
  [['?'], 'keys.list'],
] as const

export function ShortcutsDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { say } = useWords()
  return (
    <Dialog open={open} onClose={onClose} title={say('keys.title')} footer={<Button onClick={onClose}>{say('act.close')}</Button>}>
      <dl className="grid grid-cols-[80px_minmax(0,1fr)] gap-y-2 md:grid-cols-[80px_minmax(0,1fr)_80px_minmax(0,1fr)]">
        {rows.map(([pressed, word]) => (
          <div key={word} className="contents">
            <dt className="row g1">
              {pressed.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{say(word)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
