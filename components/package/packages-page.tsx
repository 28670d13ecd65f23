'use client'

import { Download, Upload as UploadIcon } from 'lucide-react'
import { useRef, useState } from 'react'
import { usePackages, useSession } from '@/components/data/queries'
import { ErrorNote, Loaded } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { PageHead } from '@/components/layout/page-head'
import { Badge } from '@/components/ui/badge'
import { EmptyState } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { FilterBox } from '@/components/ui/filter-box'
import { StatusShape } from '@/components/ui/status-shape'
import { type Column, Table } from '@/components/ui/table'
import { durationText, sizeText, Time } from '@/components/ui/time'
import type { PackageRow } from '@/server/domain/api'
import { DeletePackage } from './delete-package'
import { MirrorDrawer } from './mirror-drawer'
import { type Upload, useUpload } from './use-upload'

export function PackagesPage() {
  const { say } = useWords()
  const packages = usePackages()
  const url = useUrlState()
  const file = useRef<HTMLInputElement>(null)
  const { upload, send, cancel, clear } = useUpload()
  const mirror = url.get('mirror') === '1'
  const bytes = (packages.data ?? []).reduce((sum, row) => sum + row.sizeBytes, 0)
  const busy = upload?.state === 'sending' || upload?.state === 'reading'
  const pick = (): void => file.current?.click()
  return (
    <>
      <div className={mirror ? 'pushed flex min-h-0 flex-1 flex-col' : 'flex min-h-0 flex-1 flex-col'}>
        <PageHead
          title={say('nav.packages')}
          note={packages.data ? say('packages.size', { count: packages.data.length, size: sizeText(bytes) }) : undefined}
        >
          <Button aria-expanded={mirror} onClick={() => url.set({ mirror: mirror ? '' : '1' })}>
            <Download className="i" aria-hidden="true" />
            {say('packages.mirror')}
          </Button>
          <Button look="primary" busy={busy} onClick={pick}>
            <UploadIcon className="i" aria-hidden="true" />
            {say('packages.upload')}
          </Button>
          <input
            ref={file}
            type="file"
            className="hidden"
            aria-label={say('packages.upload')}
            accept=".gz,.tgz,.tar"
            onChange={(event) => {
              const chosen = event.target.files?.[0]
              event.target.value = ''
              if (chosen) void send(chosen)
            }}
          />
        </PageHead>
        {upload ? <UploadBar upload={upload} onCancel={cancel} onClose={clear} /> : null}
        <div className="scroll">
          <Loaded query={packages} columns={7}>
            {(rows) =>
              rows.length === 0 ? (
                <EmptyState
                  title={say('packages.none')}
                  action={
                    <Button look="primary" onClick={pick}>
                      {say('packages.upload')}
                    </Button>
                  }
                >
                  {say('packages.none-note')}
                </EmptyState>
              ) : (
                <List rows={rows} narrow={mirror} />
              )
            }
          </Loaded>
        </div>
      </div>
      {mirror ? <MirrorDrawer onClose={() => url.set({ mirror: '' })} /> : null}
    </>
  )
}

function UploadBar({ upload, onCancel, onClose }: { upload: Upload; onCancel: () => void; onClose: () => void }) {
  const { say } = useWords()
  const { sentBytes, totalBytes, state } = upload
  const perMs = sentBytes / Math.max(1, Date.now() - upload.startedAt)
  if (state === 'refused')
    return (
      <div className="pad py-3">
        <ErrorNote error={upload.error} />
        <Button size="small" className="mt-2" onClick={onClose}>
          {say('act.close')}
        </Button>
      </div>
    )
  const shape = state === 'accepted' ? 'done' : 'busy'
  return (
    <div className="pad mt-3 bg-(--busy-bg) py-3" role="status">
      <div className="row sm pb-2">
        <StatusShape shape={shape} />
        <span className="mono">{upload.name}</span>
        <span>{say(state === 'sending' ? 'packages.sending' : state === 'reading' ? 'packages.reading' : 'packages.accepted')}</span>
        <span className="grow" />
        <span className="n">
          {say('packages.sent', { sent: sizeText(sentBytes), total: sizeText(totalBytes) })}
          {state === 'sending' && perMs > 0 ? ` · ${sizeText(perMs * 1000)}/s · ${durationText((totalBytes - sentBytes) / perMs)}` : ''}
        </span>
        <Button size="small" onClick={state === 'sending' ? onCancel : onClose}>
          {say(state === 'sending' ? 'act.cancel' : 'act.close')}
        </Button>
      </div>
      <div className="bar">
        <i style={{ width: `${(100 * sentBytes) / Math.max(1, totalBytes)}%` }} />
      </div>
      {state === 'sending' ? <p className="sm t2 pt-2">{say('packages.sending-note')}</p> : null}
    </div>
  )
}

function List({ rows, narrow }: { rows: readonly PackageRow[]; narrow: boolean }) {
  const { say } = useWords()
  const role = useSession().data?.user?.role
  const [leaving, setLeaving] = useState<PackageRow>()
  const url = useUrlState()
  const text = url.get('q').toLowerCase()
  const columns: Column<PackageRow>[] = [
    {
      key: 'component',
      title: say('packages.component'),
      width: 150,
      sortBy: (row) => row.component,
      cell: (row) => <span className="m">{row.component}</span>,
    },
    {
      key: 'version',
      title: say('col.version'),
      width: 150,
      sortBy: (row) => row.version,
      cell: (row) => (
        <span className="mono" title={row.version}>
          {row.version}
        </span>
      ),
    },
    { key: 'os', title: 'OS/Arch', width: 110, cell: (row) => <span className="t2">{`${row.os}/${row.arch}`}</span> },
    {
      key: 'origin',
      title: say('packages.origin'),
      cell: (row) => (
        <span className="row">
          <Badge>{say(`packages.origin.${row.origin}`)}</Badge>
          <span className="tr t2" title={`${row.originDetail} ${row.createdBy}`}>
            {row.origin === 'upload' ? row.createdBy : row.originDetail}
          </span>
        </span>
      ),
    },
    {
      key: 'hash',
      title: 'SHA-256',
      width: 150,
      spare: true,
      cell: (row) => (
        <span className="row g1">
          <span className="mono t2" title={row.sha256}>
            {row.sha256.slice(0, 12)}…
          </span>
          <CopyButton text={row.sha256} label={say('act.copy')} />
        </span>
      ),
    },
    {
      key: 'size',
      title: 'MiB',
      width: 72,
      numeric: true,
      sortBy: (row) => row.sizeBytes,
      cell: (row) => (row.sizeBytes / 2 ** 20).toFixed(1),
    },
    {
      key: 'used',
      title: say('packages.used'),
      width: 170,
      spare: true,
      cell: (row) =>
        row.usedBy.length ? (
          <span title={row.usedBy.join(', ')}>{row.usedBy.join(', ')}</span>
        ) : (
          <span className="t3">{say('packages.unused')}</span>
        ),
    },
    { key: 'added', title: say('packages.added'), width: 96, sortBy: (row) => row.createdAt, cell: (row) => <Time at={row.createdAt} /> },
    {
      key: 'act',
      title: say('act.delete'),
      width: 92,
      numeric: true,
      spare: true,
      cell: (row) => (
        <Button
          size="small"
          look="danger"
          aria-label={say('packages.delete', { name: `${row.component} ${row.version} ${row.os}/${row.arch}` })}
          reason={role === 'admin' || role === 'operator' ? undefined : say('role.needs-operator')}
          onClick={() => setLeaving(row)}
        >
          {say('act.delete')}
        </Button>
      ),
    },
  ]
  return (
    <>
      <div className="row pad py-3">
        <FilterBox label={say('packages.filter')} value={url.get('q')} onChange={(q) => url.set({ q })} />
      </div>
      <Table
        label={say('nav.packages')}
        columns={columns}
        rows={rows.filter((row) => `${row.component} ${row.version} ${row.sha256} ${row.os}/${row.arch}`.toLowerCase().includes(text))}
        rowKey={(row) => row.sha256}
        sort={{ key: 'component', down: false }}
        narrow={narrow}
      />
      {leaving ? <DeletePackage row={leaving} onClose={() => setLeaving(undefined)} /> : null}
    </>
  )
}
