'use client'

import { useQueryClient } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { Download, Upload as UploadIcon, Wrench } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useRef, useState } from 'react'
import { api } from '@/components/data/api'
import { keys } from '@/components/data/keys'
import { runErrand, usePackages, useSession } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { PageHead } from '@/components/layout/page-head'
import { Badge, Chip } from '@/components/ui/badge'
import { EmptyState } from '@/components/ui/banner'
import { Button, ButtonLink } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { FilterBox } from '@/components/ui/filter-box'
import { type Column, Table } from '@/components/ui/table'
import { sizeText, Time } from '@/components/ui/time'
import type { ErrandView, PackageRow } from '@/server/domain/api'
import { DeletePackage } from './delete-package'
import { DropFile } from './drop-file'
import { MirrorDrawer } from './mirror-drawer'
import { UploadBar } from './upload-bar'
import { useUpload } from './use-upload'

export function PackagesPage() {
  const { say } = useWords()
  const packages = usePackages()
  const url = useUrlState()
  const client = useQueryClient()
  const file = useRef<HTMLInputElement>(null)
  const { upload, send, pause, resume, cancel, clear } = useUpload(async (id) => {
    await runErrand(() => api<ErrandView>(`/api/uploads/${id}/package`, { method: 'POST', body: {} }))
    await client.invalidateQueries({ queryKey: keys.packages })
  })
  const mirror = url.get('mirror') === '1'
  const bytes = (packages.data ?? []).reduce((sum, row) => sum + row.sizeBytes, 0)
  const busy = upload !== undefined && upload.state !== 'accepted' && upload.state !== 'refused'
  const pick = (): void => file.current?.click()
  return (
    <>
      <DropFile
        text={say('packages.drop')}
        onFile={(dropped) => (busy ? undefined : send(dropped))}
        className={clsx('flex min-h-0 flex-1 flex-col', mirror && 'pushed')}
      >
        <PageHead
          title={say('nav.packages')}
          note={packages.data ? say('packages.size', { count: packages.data.length, size: sizeText(bytes) }) : undefined}
        >
          <ButtonLink href="/packages/hotfix">
            <Wrench className="i" aria-hidden="true" />
            {say('packages.build')}
          </ButtonLink>
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
              if (chosen) send(chosen)
            }}
          />
        </PageHead>
        {upload ? (
          <UploadBar
            upload={upload}
            note={`${say('packages.sending-note')} ${say('packages.resume-note')}`}
            onPause={pause}
            onResume={resume}
            onCancel={cancel}
            onClose={clear}
          />
        ) : null}
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
      </DropFile>
      {mirror ? <MirrorDrawer onClose={() => url.set({ mirror: '' })} /> : null}
    </>
  )
}

const sorts = ['mirror', 'upload', 'hotfix', 'unused'] as const
const isOf = (row: PackageRow, sort: string): boolean => (sort === 'unused' ? row.usedBy.length === 0 : sort === '' || row.origin === sort)

function Filters({ rows }: { rows: readonly PackageRow[] }) {
  const { say } = useWords()
  const url = useUrlState()
  const only = url.get('only')
  return (
    <div className="row pad flex-wrap py-3">
      <FilterBox label={say('packages.filter')} value={url.get('q')} onChange={(q) => url.set({ q })} />
      <Chip on={only === ''} onClick={() => url.set({ only: '' })} count={rows.length}>
        {say('packages.all')}
      </Chip>
      {sorts.map((sort) => (
        <Chip key={sort} on={only === sort} onClick={() => url.set({ only: sort })} count={rows.filter((row) => isOf(row, sort)).length}>
          {say(`packages.only.${sort}`)}
        </Chip>
      ))}
    </div>
  )
}

function List({ rows, narrow }: { rows: readonly PackageRow[]; narrow: boolean }) {
  const { say } = useWords()
  const role = useSession().data?.user?.role
  const router = useRouter()
  const [leaving, setLeaving] = useState<PackageRow>()
  const url = useUrlState()
  const text = url.get('q').toLowerCase()
  const columns: Column<PackageRow>[] = [
    {
      key: 'component',
      title: say('packages.component'),
      width: 150,
      sortBy: (row) => row.component,
      cell: (row) => (
        <Link className="m" href={`/packages/${row.sha256}`}>
          {row.component}
        </Link>
      ),
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
          <Badge {...(row.origin === 'hotfix' && { tone: 'warn' as const })}>{say(`packages.origin.${row.origin}`)}</Badge>
          <span className="tr t2" title={`${row.originDetail} ${row.createdBy}`}>
            {row.origin === 'mirror' ? row.originDetail : [row.createdBy, row.ticket].filter(Boolean).join(', ')}
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
      <Filters rows={rows} />
      <Table
        label={say('nav.packages')}
        columns={columns}
        rows={rows
          .filter((row) => isOf(row, url.get('only')))
          .filter((row) =>
            `${row.component} ${row.version} ${row.sha256} ${row.os}/${row.arch} ${row.ticket}`.toLowerCase().includes(text),
          )}
        rowKey={(row) => row.sha256}
        onOpen={(row) => router.push(`/packages/${row.sha256}`)}
        sort={{ key: 'component', down: false }}
        narrow={narrow}
      />
      {leaving ? <DeletePackage row={leaving} onClose={() => setLeaving(undefined)} /> : null}
    </>
  )
}
