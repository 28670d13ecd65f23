'use client'

import { toast } from 'sonner'
import { apiDownload } from '@/components/data/api'
import { useSession } from '@/components/data/queries'
import { useWords } from '@/components/data/words'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Time } from '@/components/ui/time'
import type { LedgerView } from '@/server/domain/api-ledger'
import type { UpgradeView } from '@/server/domain/api-upgrades'

/** Back from an upgrade: by binaries, or by a redeploy of the former version; back from hotfixes; or no way back any more. */
export type Way = 'upgrade' | 'redeploy' | 'hotfix' | 'finalise'
export type WayRow = { way: Way; open: boolean; led: boolean }

/** Which ways there are, and which of them are open. */
export const waysOf = ({ open, exports }: UpgradeView, { instances }: LedgerView): readonly WayRow[] => [
  { way: 'upgrade', open: open?.state === 'open' && !open.led, led: open?.led ?? false },
  {
    way: 'redeploy',
    open: (open?.state === 'open' || open?.state === 'redeploying') && exports.some(({ jobId }) => open.jobIds.includes(jobId)),
    led: false,
  },
  { way: 'hotfix', open: instances.some(({ former }) => former !== null), led: false },
  { way: 'finalise', open: open !== null && open.state !== 'redeploying', led: false },
]

type Props = { cluster: string; ways: readonly WayRow[]; chosen: Way | undefined; upgrade: UpgradeView; onChoose: (way: Way) => void }

export function Ways({ cluster, ways, chosen, upgrade, onChoose }: Props) {
  const { say } = useWords()
  const { open } = upgrade
  const versions = { from: open?.from ?? '–', to: open?.to ?? '–' }
  const note = ({ way, open: may, led }: WayRow): string => {
    if (led) return say('rollback.led', versions)
    if (way === 'redeploy' && !may && open)
      return say(open.state === 'redeployed' ? 'rollback.redeployed' : 'rollback.redeploy-none', versions)
    if (way === 'finalise' && open?.state === 'redeployed') return say('rollback.finalise-left', { ...versions, count: open.left.length })
    if (!may) return say(way === 'hotfix' ? 'rollback.no-formers' : 'rollback.upgrade-none')
    if (way === 'redeploy' && open?.state === 'redeploying') return say('rollback.redeploying', versions)
    return say(`rollback.${way}-note`)
  }
  const titleOf = (way: Way): string => {
    if (open === null && way !== 'hotfix') return say(`rollback.${way}-plain`)
    return say(way === 'finalise' && open?.state === 'redeployed' ? 'rollback.finalise-redeployed' : `rollback.${way}`, versions)
  }
  return (
    <>
      <fieldset className="flex max-w-[620px] flex-col gap-3 p-5">
        <legend className="sr-only">{say('rollback.what')}</legend>
        {ways.map((row) => (
          <label key={row.way} className="choice" aria-disabled={!row.open || undefined}>
            <input
              type="radio"
              name="rollback-way"
              className="mt-1 size-3.5 accent-(--accent)"
              aria-disabled={!row.open || undefined}
              checked={chosen === row.way}
              onChange={() => (row.open ? onChoose(row.way) : undefined)}
            />
            <span>
              <b className={row.open ? undefined : 't3'}>{titleOf(row.way)}</b>
              <small>{note(row)}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <Exports cluster={cluster} exports={upgrade.exports} />
    </>
  )
}

/** What a redeploy of the former version would import. It holds passwords in plain text. */
function Exports({ cluster, exports }: { cluster: string; exports: UpgradeView['exports'] }) {
  const { say, sayError } = useWords()
  const admin = useSession().data?.user?.role === 'admin'
  if (exports.length === 0) return null
  const download = (id: string): void =>
    void apiDownload(
      `/api/clusters/${encodeURIComponent(cluster)}/exports/${encodeURIComponent(id)}/archive`,
      `${cluster}-export.tar.gz`,
    ).catch((error: unknown) => toast.error(sayError(error).message))
  return (
    <section className="max-w-[880px] px-5 pb-5">
      <h2 className="m mb-1">{say('rollback.exports')}</h2>
      <ul className="flex flex-col gap-2">
        {exports.map((one) => (
          <li key={one.id} className="border-(--line) border-b pb-2">
            <span className="row flex-wrap">
              <span>{say('rollback.export', { version: one.version, sources: one.sources, tasks: one.tasks })}</span>
              <span className="t3">
                {one.by}, <Time at={one.at} />
              </span>
              <span className="mono t3" title={one.sha256}>
                {one.sha256.slice(0, 12)}
              </span>
              <Button
                size="small"
                className="ml-auto"
                reason={admin ? undefined : say('rollback.download-admin')}
                onClick={() => download(one.id)}
              >
                {say('rollback.download')}
              </Button>
            </span>
            {one.startRelay.map((line) => (
              <span key={line} className="cmd mt-1">
                <code className="min-w-0 flex-1 truncate">{line}</code>
                <CopyButton text={line} label={say('act.copy')} />
              </span>
            ))}
          </li>
        ))}
      </ul>
    </section>
  )
}
