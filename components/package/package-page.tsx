'use client'

import { Download } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { usePackage, usePackages, useSession } from '@/components/data/queries'
import { Loaded } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { PageHead } from '@/components/layout/page-head'
import { Badge } from '@/components/ui/badge'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { KeyValues } from '@/components/ui/drawer'
import { Time } from '@/components/ui/time'
import type { PackageDetail } from '@/server/domain/api-packages'
import { DeletePackage } from './delete-package'
import { FileTable, fileSize } from './file-tree'
import { ProgramVersions } from './program-versions'

/** Everything about one package: where it comes from, what lies in it, what its program says, who runs it. */
export function PackagePage({ sha256 }: { sha256: string }) {
  const { say } = useWords()
  const detail = usePackage(sha256)
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <Loaded query={detail} columns={4} title={say('package.facts')}>
        {(one) => (
          <>
            <Head one={one} />
            <div className="scroll pt-3 pb-8">
              <div className="pad grid gap-x-8 gap-y-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
                <Facts one={one} />
                <ProgramVersions one={one} />
              </div>
              <Files one={one} />
              <Uses one={one} />
            </div>
          </>
        )}
      </Loaded>
    </div>
  )
}

function Head({ one }: { one: PackageDetail }) {
  const { say } = useWords()
  const router = useRouter()
  const role = useSession().data?.user?.role
  const row = usePackages().data?.find(({ sha256 }) => sha256 === one.sha256)
  const [leaving, setLeaving] = useState(false)
  const may = role === 'admin' || role === 'operator'
  const [used] = one.instances
  const reason = !may ? say('role.needs-operator') : used ? say('package.in-use-delete', { cluster: used.cluster }) : undefined
  return (
    <PageHead
      title={
        <span className="row">
          {one.component} <span className="mono font-normal">{one.version}</span>
          <Badge {...(one.origin === 'hotfix' && { tone: 'warn' as const })}>{say(`packages.origin.${one.origin}`)}</Badge>
        </span>
      }
    >
      {may ? (
        <a className="btn" href={`/api/packages/${one.sha256}/archive`} download={one.fileName}>
          <Download className="i" aria-hidden="true" />
          {say('package.download')}
        </a>
      ) : null}
      <Button look="danger" reason={reason} onClick={() => setLeaving(true)}>
        {say('act.delete')}
      </Button>
      {leaving && row ? <DeletePackage row={row} onClose={() => setLeaving(false)} onDeleted={() => router.push('/packages')} /> : null}
    </PageHead>
  )
}

function Hash({ text }: { text: string }) {
  const { say } = useWords()
  return (
    <>
      <span className="mono tr" title={text}>
        {text}
      </span>
      <CopyButton text={text} label={say('act.copy')} />
    </>
  )
}

function Facts({ one }: { one: PackageDetail }) {
  const { say } = useWords()
  const { hotfix } = one
  const base = hotfix?.base
  const rows: [string, React.ReactNode][] = [
    ['SHA-256', <Hash key="s" text={one.sha256} />],
    [say('package.size'), fileSize(one.sizeBytes)],
    [say('package.platform'), `${one.os}/${one.arch}`],
    [
      say('package.program'),
      <span key="p" className="mono tr" title={one.entry}>
        {one.entry}
      </span>,
    ],
    [say('package.entry-hash'), <Hash key="e" text={one.entrySha256} />],
    [
      say('packages.origin'),
      one.origin === 'hotfix'
        ? one.createdBy
        : say('package.origin-line', { origin: say(`packages.origin.${one.origin}`), detail: one.originDetail || one.createdBy }),
    ],
    [say('packages.added'), <Time key="t" at={one.createdAt} look="full" />],
  ]
  if (hotfix) {
    rows.push(
      [
        say('package.base'),
        base ? (
          <Link key="b" href={`/packages/${base.sha256}`}>{`${base.component} ${base.version}`}</Link>
        ) : (
          say('package.base-gone', { sha256: hotfix.baseSha256.slice(0, 12) })
        ),
      ],
      [
        say('package.upload'),
        <span key="u" className="mono tr" title={hotfix.uploadName}>
          {hotfix.uploadName}
        </span>,
      ],
      [say('package.upload-hash'), <Hash key="h" text={hotfix.uploadSha256} />],
      [say('package.ticket'), hotfix.ticket || say('package.none')],
    )
  }
  return (
    <section aria-label={say('package.facts')}>
      <div className="sec">
        <h2>{say('package.facts')}</h2>
      </div>
      <KeyValues rows={rows} />
      {hotfix?.notes ? (
        <>
          <div className="sec">
            <h2>{say('package.notes')}</h2>
          </div>
          <p className="t2 whitespace-pre-wrap break-words">{hotfix.notes}</p>
        </>
      ) : null}
    </section>
  )
}

function Files({ one }: { one: PackageDetail }) {
  const { say } = useWords()
  return (
    <section className="pad pt-4">
      <div className="sec">
        <h2>{say('package.files')}</h2>
        {one.entries ? (
          <span className="c">{say('package.files-count', { count: one.entries.filter(({ type }) => type !== 'directory').length })}</span>
        ) : null}
      </div>
      {one.entries ? (
        <FileTable label={say('package.files')} entries={one.entries} changes={one.changes} />
      ) : (
        <p className="t2">{say('package.files-none')}</p>
      )}
    </section>
  )
}

function Uses({ one }: { one: PackageDetail }) {
  const { say } = useWords()
  return (
    <section className="pad grid gap-x-8 gap-y-2 pt-4 lg:grid-cols-2">
      <div>
        <div className="sec">
          <h2>{say('package.used-by')}</h2>
        </div>
        {one.instances.length === 0 ? <p className="t2">{say('package.used-by-none')}</p> : null}
        <ul>
          {one.instances.map(({ cluster, instance, at }) => (
            <li key={`${cluster} ${instance}`} className="row sm leading-6">
              <Link href={`/clusters/${encodeURIComponent(cluster)}`}>{cluster}</Link>
              <span className="mono">{instance}</span>
              <span className="t3">
                <Time at={at} />
              </span>
            </li>
          ))}
        </ul>
      </div>
      {one.hotfixes.length > 0 ? (
        <div>
          <div className="sec">
            <h2>{say('package.hotfixes')}</h2>
          </div>
          <ul>
            {one.hotfixes.map(({ sha256, component, version }) => (
              <li key={sha256} className="sm leading-6">
                <Link href={`/packages/${sha256}`}>{`${component} ${version}`}</Link>
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </section>
  )
}
