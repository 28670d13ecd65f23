'use client'

import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/components/data/api'
import { runErrand, useCluster } from '@/components/data/queries'
import { ErrorNote, Loaded } from '@/components/data/states'
import { useUrlState } from '@/components/data/url-state'
import { useWords } from '@/components/data/words'
import { Badge } from '@/components/ui/badge'
import { Note } from '@/components/ui/banner'
import { Button } from '@/components/ui/button'
import { CopyButton } from '@/components/ui/copy-button'
import { SelectField } from '@/components/ui/field'
import { StatusShape } from '@/components/ui/status-shape'
import type { ErrandView } from '@/server/domain/api'
import type { DmctlKnown } from '@/server/domain/dmctl/complete'
import type { DmctlAnswer, DmctlView } from '@/server/domain/dmctl/input'
import { DmHead } from './dm-head'
import { HistoryTable } from './history-table'
import { LineBox } from './line-box'
import { LineFiles } from './line-files'
import { neededFiles } from './needed-files'
import { clusterPath, type GivenFile, useDm, useDmctl, useForgetDm, useMayNot, useReviewLine } from './use-dm'

/** dmctl on a cluster: what only reads is answered here; what changes something goes to a review first. */
export function DmctlPage({ name }: { name: string }) {
  const { say } = useWords()
  const view = useDmctl(name)
  const [put, setPut] = useState({ line: useUrlState().get('line'), at: 0 })
  const where = view.data && say('console.where', { version: view.data.version, user: view.data.user })
  return (
    <div className="col">
      <DmHead name={name} place="dmctl" note={where} />
      <div className="scroll">
        <Loaded query={view} columns={4}>
          {(data) => (
            <>
              <Console key={put.at} name={name} view={data} first={put.line} />
              <h2 className="pad m pt-2 pb-1">{say('console.history')}</h2>
              <HistoryTable history={data.history} onLine={(line) => setPut({ line, at: put.at + 1 })} />
            </>
          )}
        </Loaded>
      </div>
    </div>
  )
}

function Console({ name, view, first }: { name: string; view: DmctlView; first: string }) {
  const { say, sayProblem } = useWords()
  const [line, setLine] = useState(first)
  const [version, setVersion] = useState(view.versions.includes(view.version) ? view.version : (view.versions[0] ?? ''))
  const [host, setHost] = useState(view.hosts[0] ?? '')
  const [files, setFiles] = useState<Readonly<Record<string, GivenFile>>>({})
  const [tried, setTried] = useState(false)
  const review = useReviewLine(name)
  const ask = useAsk(name)
  const mayNot = useMayNot(name)
  const { names, read } = neededFiles(line, version)
  const known = useKnown(name, Object.keys(files))
  const problem = 'problems' in read ? read.problems[0] : undefined
  const words = problem && sayProblem(problem)
  const reads = !('problems' in read) && read.command.effect === 'reads' && names.length === 0
  const empty = names.find((one) => !files[one]?.text?.trim() && !files[one]?.base64)
  const reason =
    version === '' ? say('console.no-version') : reads ? undefined : (mayNot ?? (empty && say('console.file-empty', { file: empty })))
  const run = (): void => {
    setTried(true)
    if (problem || reason || ask.isPending || review.busy) return
    const own = { host, ...(version !== view.version && { version }) }
    if (reads) ask.mutate({ line, ...own })
    else review.review({ line, ...own, files: names.flatMap((one) => files[one] ?? []) })
  }
  return (
    <div className="pad flex flex-col gap-3 py-4">
      <div className="grid grid-cols-[minmax(0,1fr)_190px_190px] gap-3 max-md:grid-cols-1">
        <LineBox
          line={line}
          onChange={setLine}
          onRun={run}
          known={known}
          error={tried && words ? `${words.message} ${words.hint}` : undefined}
        />
        <SelectField
          label={say('console.host')}
          value={host}
          onChange={(event) => setHost(event.target.value)}
          options={view.hosts.map((one) => ({ value: one, label: one }))}
        />
        <SelectField
          label={say('console.version')}
          value={version}
          onChange={(event) => setVersion(event.target.value)}
          options={view.versions.map((one) => ({
            value: one,
            label: one === view.version ? say('console.version-own', { version: one }) : one,
          }))}
        />
      </div>
      {names.length > 0 ? (
        <LineFiles
          command={'problems' in read ? '' : read.command.name}
          names={names}
          files={files}
          onChange={(file) => setFiles((before) => ({ ...before, [file.name]: file }))}
        />
      ) : null}
      <div className="row">
        <Button look="primary" busy={ask.isPending || review.busy} reason={reason} onClick={run}>
          {say('problems' in read || reads ? 'console.run' : 'console.review')}
        </Button>
        {'problems' in read ? null : (
          <Badge tone={read.command.effect === 'reads' ? 'ok' : 'warn'}>
            {say(read.command.effect === 'reads' ? 'console.reads' : 'console.changes')}
          </Badge>
        )}
        <span role="status" className="t3 sm">
          {ask.isPending ? (
            <>
              <StatusShape shape="busy" /> {say('console.running')}
            </>
          ) : null}
        </span>
      </div>
      {version === '' ? <Note tone="warn" title={say('console.no-version')} /> : null}
      <ErrorNote error={review.error ?? ask.error} />
      {ask.data ? <Answer answer={ask.data} /> : null}
    </div>
  )
}

const useAsk = (name: string) => {
  const again = useForgetDm(name)
  return useMutation<DmctlAnswer, Error, { line: string; version?: string; host: string }>({
    mutationFn: (body) => runErrand<DmctlAnswer>(() => api<ErrandView>(`/api${clusterPath(name)}/dmctl`, { method: 'POST', body })),
    onSettled: () => again(),
  })
}

/** Names of the cluster for completion; while DM has not said them, there are those of the topology. */
const useKnown = (name: string, file: readonly string[]): DmctlKnown => {
  const dm = useDm(name, true).data
  const rows = useCluster(name).data?.status?.rows ?? []
  const named = (role: string): string[] =>
    rows.filter((row) => row.role === role).map(({ host, id }) => `dm-${host}-${id.split(':').at(-1)}`)
  return {
    task: [...new Set((dm?.tasks ?? []).map(({ task }) => task))],
    source: (dm?.sources ?? []).map(({ source }) => source),
    worker: dm?.workers.map((one) => one.name) ?? named('dm-worker'),
    master: named('dm-master'),
    file,
  }
}

function Answer({ answer }: { answer: DmctlAnswer }) {
  const { say } = useWords()
  return (
    <section aria-label={say('console.answer')}>
      <div className="row pb-1">
        <span className="m">{say('console.answer')}</span>
        <span className="t3 sm">{say('console.answer-meta', { host: answer.host, ms: answer.ms })}</span>
        <CopyButton text={answer.text} label={say('act.copy')} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre className="pre max-h-[420px] overflow-auto" tabIndex={0}>
        {answer.text}
      </pre>
    </section>
  )
}
