'use client'

import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { ApiFailure, api } from '@/components/data/api'
import { runErrand } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { Badge, Segmented } from '@/components/ui/badge'
import { Note } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { Drawer, DrawerSection, KeyValues } from '@/components/ui/drawer'
import { PathText } from '@/components/ui/middle'
import { Status } from '@/components/ui/status-shape'
import { Time } from '@/components/ui/time'
import type { ClusterDetail, ErrandView } from '@/server/domain/api'
import { componentNames, componentSpec } from '@/server/domain/component'
import { ByHand } from './by-hand'
import { useReason } from './cluster-actions'
import { type Row, SeenCell } from './display-table'
import { statusShape } from './shapes'

type InstanceDrawerProps = { cluster: ClusterDetail; row: Row; onClose: () => void; onWalk: (step: 1 | -1) => void }

/** Unit, version, place and log of one instance, beside the table. */
export function InstanceDrawer({ cluster, row, onClose, onWalk }: InstanceDrawerProps) {
  const { say } = useWords()
  return (
    <Drawer
      label={say('instance.drawer', { id: row.id })}
      closeLabel={say('act.close')}
      onClose={onClose}
      onWalk={onWalk}
      head={
        <>
          <div className="row">
            <h2 className="mono b">{row.id}</h2>
            <CopyButton text={row.id} label={say('act.copy')} />
            <span className="t2 sm">{row.role}</span>
            {row.patched ? <Badge tone="warn">{say('instance.patched')}</Badge> : null}
          </div>
          <div className="row sm mt-0.5">
            <SeenCell seen={row.status}>
              <Status shape={statusShape(row.status.value)} detail={row.source ? <span className="mono">{row.source}</span> : null}>
                {row.status.value}
              </Status>
            </SeenCell>
          </div>
          {row.status.why ? <p className="sm t2">{row.status.why}</p> : null}
          <NodeActions cluster={cluster} row={row} />
        </>
      }
    >
      <DrawerSection title={say('instance.process')} note={<Time at={row.unitState.at} />}>
        <KeyValues
          two
          rows={[
            [
              say('instance.unit'),
              <span key="unit" className="mono">
                {row.unit.replace(/\.service$/, '')}
              </span>,
            ],
            [
              'PID',
              <span key="pid" className="mono">
                {row.pid || '–'}
              </span>,
            ],
            [
              say('instance.state'),
              <SeenCell key="state" seen={row.unitState}>
                {row.unitState.value || 'N/A'}
              </SeenCell>,
            ],
            ...(row.boots && row.boots.value !== ''
              ? [
                  [
                    say('instance.on-boot'),
                    <SeenCell key="boots" seen={row.boots}>
                      {row.boots.value}
                    </SeenCell>,
                  ] as [string, React.ReactNode],
                ]
              : []),
            [say('instance.since'), <Time key="since" at={row.since.value} look="age" />],
          ]}
        />
      </DrawerSection>
      <DrawerSection title={say('instance.binary')}>
        <KeyValues
          rows={[
            [
              say('instance.version'),
              <SeenCell key="v" seen={row.version}>
                <span className="mono">{row.version.value || 'N/A'}</span>
              </SeenCell>,
            ],
            [
              say('instance.cluster-version'),
              <span key="c" className="mono">
                {cluster.version}
              </span>,
            ],
          ]}
        />
      </DrawerSection>
      <DrawerSection title={say('instance.where')}>
        <KeyValues
          rows={[
            ['Deploy Dir', <PathText key="deploy" path={row.deployDir} />],
            ['Data Dir', <PathText key="data" path={row.dataDir} />],
          ]}
        />
      </DrawerSection>
      <LogTail cluster={cluster.name} row={row} />
      <ByHand cluster={cluster} row={row} />
    </Drawer>
  )
}

/** What may be done with this instance alone; each leads to a plan first. */
function NodeActions({ cluster, row }: { cluster: ClusterDetail; row: Row }) {
  const { say } = useWords()
  const url = useUrlState()
  const router = useRouter()
  const reason = useReason(cluster)
  return (
    <div className="row mt-2 flex-wrap">
      {(['start', 'stop'] as const).map((verb) => (
        <Button key={verb} size="small" reason={reason} onClick={() => url.set({ do: verb, nodes: row.id })}>
          {say(`cluster.${verb}`)}
          <span className="sr-only">{row.id}</span>
        </Button>
      ))}
      {(['restart', 'scale-in'] as const).map((page) => (
        <Button
          key={page}
          size="small"
          reason={reason}
          onClick={() => router.push(`/clusters/${encodeURIComponent(cluster.name)}/${page}?nodes=${encodeURIComponent(row.id)}`)}
        >
          {say(`cluster.go.${page}`)}
          <span className="sr-only">{row.id}</span>
        </Button>
      ))}
    </div>
  )
}

const lineCounts = ['100', '200', '1000', '5000'] as const

/** The runner's answer: the end of one file. */
type TailResult = { text?: string; lines?: readonly string[] }

function LogTail({ cluster, row }: { cluster: string; row: Row }) {
  const { say } = useWords()
  const component = componentNames.find((name) => name === row.role)
  const files = component ? componentSpec(component).logs : []
  const [file, setFile] = useState(files[0] ?? '')
  const [lines, setLines] = useState('200')
  const tail = useMutation({
    mutationFn: (wanted: string) => {
      const query = new URLSearchParams({ instance: row.id, file: wanted, lines })
      return runErrand<TailResult | string>(() => api<ErrandView>(`/api/clusters/${encodeURIComponent(cluster)}/logs?${query}`))
    },
  })
  const read = (wanted: string): void => {
    setFile(wanted)
    tail.mutate(wanted)
  }
  return (
    <DrawerSection title={say('instance.log')}>
      <div className="row flex-wrap pb-2">
        <Segmented
          small
          label={say('instance.log')}
          value={file}
          onChange={read}
          options={files.map((value) => ({ value, label: value.replace(/\.log$/, '') }))}
        />
        <span className="grow" />
        <select
          className="in h-6! w-[76px]"
          aria-label={say('instance.log-lines')}
          value={lines}
          onChange={(event) => setLines(event.target.value)}
        >
          {lineCounts.map((count) => (
            <option key={count}>{count}</option>
          ))}
        </select>
        <Button size="small" busy={tail.isPending} onClick={() => read(file)}>
          {tail.data ? say('instance.log-again') : say('instance.log-read', { lines })}
        </Button>
      </div>
      {isAbsent(tail.error) ? <AbsentLog error={tail.error} /> : <ErrorNote error={tail.error} />}
      {tail.data === undefined ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <pre className="pre max-h-80 overflow-auto" tabIndex={0}>
          {textOf(tail.data) || say('instance.log-empty')}
        </pre>
      )}
    </DrawerSection>
  )
}

const isAbsent = (error: unknown): boolean => error instanceof ApiFailure && error.error.code === 'errands.log-absent'

/** No trouble: a process that has said nothing has no file. */
function AbsentLog({ error }: { error: unknown }) {
  const { sayError } = useWords()
  const { message, hint } = sayError(error)
  return (
    <div role="status">
      <Note title={<span className="break-words">{message}</span>}>{hint}</Note>
    </div>
  )
}

const textOf = (result: TailResult | string): string =>
  typeof result === 'string' ? result : (result.text ?? result.lines?.join('\n') ?? '')
