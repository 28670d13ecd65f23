'use client'

import { useWords } from '@/components/data/words'
import { CopyButton } from '@/components/ui/copy-button'
import { DrawerSection } from '@/components/ui/drawer'
import type { ClusterDetail } from '@/server/domain/api'
import type { Row } from './display-table'

/** What does the same without the panel: for the night when it is down. */
export function ByHand({ cluster, row }: { cluster: ClusterDetail; row: Row }) {
  const { say } = useWords()
  return (
    <DrawerSection title={say('instance.by-hand')}>
      <p className="t3 sm pb-1">{say('instance.by-hand-note')}</p>
      <ul aria-label={say('instance.by-hand')}>
        {linesOf(cluster, row).map((line) => (
          <li key={line} className="row">
            <code className="mono sm min-w-0 flex-1 break-all">{line}</code>
            <CopyButton text={line} label={`${say('act.copy')} ${line}`} />
          </li>
        ))}
      </ul>
    </DrawerSection>
  )
}

const linesOf = (cluster: ClusterDetail, row: Row): string[] => [
  `ssh ${cluster.user}@${row.hostId}`,
  `systemctl status ${row.unit}`,
  `sudo journalctl -u ${row.unit} -n 200 --no-pager`,
  `sudo systemctl restart ${row.unit}`,
  `tiup dm restart ${cluster.name} -N ${row.id}`,
]
