'use client'

import { Download } from 'lucide-react'
import Link from 'next/link'
import { apiDownload } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { useAuditRecord, useSend } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Drawer, DrawerSection, KeyValues } from '@/components/ui/drawer'
import { Time } from '@/components/ui/time'
import type { AuditRow } from '@/server/domain/api'
import { Result, useDeed } from './audit-words'
import { RecordInChain } from './chain-state'

type FullRecord = AuditRow & { detail?: Record<string, unknown>; mac?: string | null }

/** One record beside the list: who, what, its place in the chain, and all that is kept of the act. */
export function RecordDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { say } = useWords()
  const record = useAuditRecord(id)
  const deedOf = useDeed()
  const row: FullRecord | undefined = record.data
  return (
    <Drawer
      label={say('audit.record', { id })}
      closeLabel={say('act.close')}
      onClose={onClose}
      head={
        <>
          <h2 className="b">
            {row ? deedOf(row.what) : '…'} <span className="t2 font-normal">{row?.cluster}</span>
          </h2>
          {row ? <Result row={row} /> : null}
        </>
      }
    >
      <div className="p-4 empty:p-0">{record.error ? <ErrorNote error={record.error} /> : null}</div>
      {row ? <RecordBody row={row} /> : null}
    </Drawer>
  )
}

function RecordBody({ row }: { row: FullRecord }) {
  const { say } = useWords()
  const hash = (text: string): React.ReactNode => (
    <>
      <span className="mono tr" title={text}>
        {text.slice(0, 16)}…
      </span>
      <CopyButton text={text} label={say('act.copy')} />
    </>
  )
  return (
    <>
      <DrawerSection title={say(`audit.phase.${row.phase}`)}>
        <KeyValues
          rows={[
            [say('audit.who'), row.actor],
            [
              say('audit.from'),
              <span key="from" className="mono">
                {row.from || '–'}
              </span>,
            ],
            [say('audit.time'), <Time key="at" at={row.at} look="full" />],
            [
              say('audit.command'),
              <span key="c" className="mono tr" title={row.command}>
                {row.command || '–'}
              </span>,
            ],
            [
              say('audit.targets'),
              <span key="t" className="mono tr" title={row.targets.join(', ')}>
                {row.targets.join(', ') || '–'}
              </span>,
            ],
            [say('audit.plan'), row.planHash ? hash(row.planHash) : '–'],
            [
              say('audit.job'),
              row.jobId ? (
                <Link key="job" href={`/jobs/${row.jobId}`}>
                  {say('act.open')}
                </Link>
              ) : (
                '–'
              ),
            ],
          ]}
        />
      </DrawerSection>
      <DrawerSection
        title={say('audit.chain')}
        note={row.number === null ? say('audit.not-sealed') : `${say('audit.number')} ${row.number}`}
      >
        <RecordInChain row={row} />
        <KeyValues
          rows={[
            ['ID', hash(row.id)],
            [say('audit.hash'), row.hash ? hash(row.hash) : '–'],
            ['MAC', row.mac ? hash(row.mac) : '–'],
          ]}
        />
        <Downloads row={row} />
      </DrawerSection>
      {row.detail ? (
        <DrawerSection title={say('audit.detail')}>
          <pre className="pre overflow-auto">{JSON.stringify(row.detail, null, 2)}</pre>
        </DrawerSection>
      ) : null}
    </>
  )
}

function Downloads({ row }: { row: FullRecord }) {
  const { say } = useWords()
  const path = `/api/audit/${encodeURIComponent(row.id)}/evidence`
  const evidence = useSend(() => apiDownload(path, `evidence-${row.act}.tar.gz`), [keys.audit])
  return (
    <div className="mt-3 flex flex-col gap-2">
      <div className="row flex-wrap">
        <Button busy={evidence.isPending} onClick={() => evidence.mutate(undefined)}>
          <Download className="i" aria-hidden="true" />
          {say('audit.evidence')}
        </Button>
        <a className="btn ghost" href={`/api/audit/export?format=jsonl&id=${encodeURIComponent(row.id)}`}>
          {say('audit.as-jsonl')}
        </a>
      </div>
      <p className="t3 sm">{say('audit.evidence-note')}</p>
      <ErrorNote error={evidence.error} />
    </div>
  )
}
