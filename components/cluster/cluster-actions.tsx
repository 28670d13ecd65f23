'use client'

import { Ellipsis } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { toast } from 'sonner'
import { apiText } from '@/components/data/api'
import { useSession } from '@/components/data/queries'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { copyText } from '@/components/ui/copy-button'
import { Menu } from '@/components/ui/menu'
import type { ClusterDetail } from '@/server/domain/api'
import { ExportDialog } from './export-dialog'
import { LifeDialog, type LifeVerb, lifeVerbs } from './life-dialogs'
import { OperateDialog, type Verb } from './operate-dialog'
import { SettingsDialog } from './settings-dialog'

/** Operations with a page of their own, in the order of the menu. */
export const clusterPages = [
  'restart',
  'edit-config',
  'reload',
  'scale-out',
  'scale-in',
  'upgrade',
  'patch',
  'rollback',
  'prune',
  'sources',
  'dmctl',
  'exec',
  'files',
  'revisions',
  'ledger',
  'check',
  'tiup',
] as const
export type ClusterPageName = (typeof clusterPages)[number]

const verbs: readonly Verb[] = ['start', 'stop', 'enable', 'disable', 'remove-deploy']
const atBoot = ['enable', 'disable'] as const

/** What may be done with the cluster; what may not says why. The open dialog is in the address. */
export function ClusterActions({ cluster, narrow }: { cluster: ClusterDetail; narrow: boolean }) {
  const { say, sayError } = useWords()
  const url = useUrlState()
  const router = useRouter()
  const reason = useReason(cluster)
  const besideReason = useReason(cluster, true)
  const role = useSession().data?.user?.role
  const asked = verbs.find((verb) => verb === url.get('do'))
  const life = lifeVerbs.find((verb) => verb === url.get('do'))
  const base = `/api/clusters/${encodeURIComponent(cluster.name)}/display?format=`
  const copyDisplay = async (): Promise<void> => {
    try {
      await copyText(await apiText(`${base}text`))
      toast(say('act.copied'))
    } catch (error) {
      toast.error(sayError(error).message)
    }
  }
  const start = { label: say('cluster.start'), reason, onSelect: () => url.set({ do: 'start' }) }
  const stop = { label: say('cluster.stop'), reason, onSelect: () => url.set({ do: 'stop' }) }
  const deploying = cluster.lifecycle === 'deploying' ? say('wiz.deploying') : undefined
  const page = (name: ClusterPageName) => ({
    label: say(`cluster.go.${name}`),
    reason:
      name === 'ledger' || name === 'revisions' || name === 'check' || name === 'tiup' || name === 'sources' || name === 'dmctl'
        ? undefined
        : ((name === 'exec' || name === 'files' ? besideReason : reason) ?? deploying),
    onSelect: () => router.push(`/clusters/${encodeURIComponent(cluster.name)}/${name}`),
  })
  const dialog = (verb: (typeof atBoot)[number] | LifeVerb) => ({
    label: say(`cluster.do.${verb}`),
    reason: reason ?? deploying,
    onSelect: () => url.set({ do: verb }),
  })
  const removeReason = reason ?? (cluster.lifecycle === 'deploying' ? undefined : say('cluster.remove-reason'))
  return (
    <>
      {narrow ? null : (
        <>
          <Button reason={reason} onClick={start.onSelect}>
            {start.label}
          </Button>
          <Button reason={reason} onClick={stop.onSelect}>
            {stop.label}
          </Button>
        </>
      )}
      <Menu
        trigger={
          <button type="button" className="btn sq" aria-label={say('cluster.more')}>
            <Ellipsis className="i" aria-hidden="true" />
          </button>
        }
        items={[
          ...(narrow ? [start, stop] : []),
          ...clusterPages.map(page),
          ...[...atBoot, 'clean' as const, 'rename' as const, 'rotate-ssh' as const].map((verb) => dialog(verb)),
          {
            label: say('settings.cluster.menu'),
            reason: role === 'viewer' ? say('role.needs-operator') : undefined,
            onSelect: () => url.set({ do: 'settings' }),
          },
          { kind: 'line' },
          { label: say('cluster.export-text'), onSelect: () => void copyDisplay() },
          { label: say('cluster.export-json'), onSelect: () => window.open(`${base}json`) },
          { label: say('cluster.export-csv'), onSelect: () => window.open(`${base}csv`) },
          {
            label: say('export.menu'),
            reason: role === 'admin' ? undefined : say('role.needs-admin'),
            onSelect: () => url.set({ do: 'export' }),
          },
          { kind: 'line' },
          dialog('destroy'),
          { label: say('cluster.remove-deploy'), reason: removeReason, onSelect: () => url.set({ do: 'remove-deploy' }) },
        ]}
      />
      {url.get('do') === 'export' && role === 'admin' ? <ExportDialog cluster={cluster} onClose={() => url.set({ do: '' })} /> : null}
      {url.get('do') === 'settings' && role !== 'viewer' ? <SettingsDialog cluster={cluster} onClose={() => url.set({ do: '' })} /> : null}
      {life && !reason ? <LifeDialog verb={life} cluster={cluster} onClose={() => url.set({ do: '' })} /> : null}
      {asked && !reason ? (
        <OperateDialog
          verb={asked}
          cluster={cluster}
          nodes={url.get('nodes').split(',').filter(Boolean)}
          onClose={() => url.set({ do: '', nodes: '' })}
        />
      ) : null}
    </>
  )
}

/** Why nothing may be done with the cluster now. `beside`: a job that holds it is no reason. */
export const useReason = (cluster: ClusterDetail, beside = false): string | undefined => {
  const { say } = useWords()
  const role = useSession().data?.user?.role
  if (role === 'viewer') return say('role.needs-operator')
  if (cluster.runningJob && !beside) return say('cluster.held', { job: cluster.runningJob.number })
  if (cluster.adopted) return say('cluster.adopted-reason')
  return undefined
}
