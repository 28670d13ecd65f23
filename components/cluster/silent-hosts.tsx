'use client'

import Link from 'next/link'
import { useHostKeys } from '@/components/data/queries'
import { useWords } from '@/components/data/words'
import { Banner } from '@/components/ui/banner'
import type { ClusterDetail } from '@/server/domain/api'

/** Hosts that did not answer; one whose key changed is a hard stop that leads to both fingerprints. */
export function SilentHosts({ cluster }: { cluster: ClusterDetail }) {
  const { say, sayMaybe } = useWords()
  const pinned = useHostKeys().data ?? []
  const sshPort = /^\s*ssh_port:\s*(\d+)/m.exec(cluster.yaml)?.[1] ?? '22'
  const placeOf = (host: string): string => {
    const port = pinned.find(({ address }) => address === host)?.port ?? sshPort
    return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  }
  return Object.entries(cluster.status?.silent ?? {}).map(([host, why]) => {
    if (why !== 'host-key-changed' && why !== 'host-key-unknown')
      return <Banner key={host}>{say('cluster.silent', { host, why: sayMaybe(`silent.${why}`, why) })}</Banner>
    const changed = why === 'host-key-changed'
    return (
      <Banner
        key={host}
        tone={changed ? 'bad' : 'warn'}
        action={<Link href={`/hosts?check=${encodeURIComponent(placeOf(host))}`}>{say('hosts.open-changed')}</Link>}
      >
        {say(changed ? 'key.stop-silent' : 'key.unknown', { host })}
      </Banner>
    )
  })
}
